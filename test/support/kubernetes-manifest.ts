import { keptModule } from './deploy-check.ts';
import { INFERENCE_POOL_SCHEMA } from './inference-pool-schema.ts';
import { complaints, schemaValidator } from './json-schema.ts';

type Labels = Readonly<Record<string, string>>;

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly {
      readonly env: readonly { readonly name: string; readonly value?: string }[];
      readonly ports: { readonly name: string; containerPort: unknown }[];
      readonly securityContext: Record<string, unknown>;
      readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
      readonly volumeMounts: readonly { readonly name: string }[];
    }[];
    readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
  };
}

/** What tests read of `spec`, each where its kind has it. */
interface ManifestSpec {
  readonly template: PodTemplate;
  readonly replicas?: number;
  readonly selector: Labels & { readonly matchLabels: Labels };
  readonly podSelector: { readonly matchLabels: Labels };
  readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
  readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
  readonly endpoints: readonly { readonly port: string }[];
  readonly scaleTargetRef: { readonly name: string };
  readonly triggers?: readonly { readonly metadata: { readonly query: string } }[];
  readonly rules: readonly { readonly backendRefs: readonly { readonly name: string }[] }[];
  readonly targetPorts: readonly { readonly number: number }[];
  readonly endpointPickerRef: { port: unknown };
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly annotations?: Labels }[];
  }[];
}

/** A Kubernetes resource as YAML has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec: ManifestSpec;
  readonly data?: Labels;
  readonly stringData?: Labels;
}

type Validate = ((value: unknown) => boolean) & {
  errors?: readonly { instancePath: string; keyword: string; params: unknown }[];
};

const KUBERNETES = 'kubernetes-models/_schemas/IoK8sApi';
const KEDA = '@kubernetes-models/keda/_schemas/ComGithubKedacoreKedaV2ApisKedaV1alpha1';
const OPERATOR =
  '@kubernetes-models/prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1';
const GATEWAY = '@kubernetes-models/gateway-api/_schemas/IoK8sSigsGatewayApiApisV1';

/** Where the schema of an API version's kinds begins. */
const SCHEMAS: Readonly<Record<string, string>> = {
  v1: `${KUBERNETES}CoreV1`,
  'apps/v1': `${KUBERNETES}AppsV1`,
  'autoscaling/v2': `${KUBERNETES}AutoscalingV2`,
  'networking.k8s.io/v1': `${KUBERNETES}NetworkingV1`,
  'policy/v1': `${KUBERNETES}PolicyV1`,
  'keda.sh/v1alpha1': KEDA,
  'monitoring.coreos.com/v1': OPERATOR,
  'gateway.networking.k8s.io/v1': GATEWAY,
};

/** What the schema of its kind has against a manifest; fields that the schema does not know are objected to as well. */
export async function manifestObjections(manifest: Manifest): Promise<string[]> {
  const subject = `${manifest.kind} ${manifest.metadata.name}`;
  if (manifest.kind === 'InferencePool') {
    const validate = schemaValidator().compile(INFERENCE_POOL_SCHEMA);
    return complaints(validate, manifest).map((complaint) => `${subject}${complaint}`);
  }
  const place = SCHEMAS[manifest.apiVersion];
  if (place === undefined) return [`${subject}: no schema of ${manifest.apiVersion}`];
  const { validate } = (await keptModule(`${place}${manifest.kind}.js`)) as { validate: Validate };
  const { watched, unread } = watch(manifest);
  const isValid = validate(watched);
  const errors = isValid ? [] : (validate.errors ?? []);
  return [
    ...errors.map(
      ({ instancePath, keyword, params }) => `${subject}${instancePath} ${keyword} ${JSON.stringify(params)}`,
    ),
    ...unread().map((path) => `${subject}${path} is no field of it`),
  ];
}

/**
 * The schemas come as functions that let unknown fields pass, but never look at one: what was not looked at once the
 * function is through is unknown.
 */
function watch(root: object): { watched: unknown; unread: () => string[] } {
  const read = new Map<string, boolean>();
  const proxied = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    for (const key of Object.keys(value)) {
      const inner = `${path}/${key}`;
      if (!read.has(inner)) read.set(inner, false);
    }
    return new Proxy(value, {
      get(target, key) {
        const inner = Reflect.get(target, key);
        if (typeof key !== 'string' || !Object.hasOwn(target, key)) return inner;
        read.set(`${path}/${key}`, true);
        return proxied(inner, `${path}/${key}`);
      },
    });
  };
  return {
    watched: proxied(root, ''),
    unread: () => [...read].filter(([, isRead]) => !isRead).map(([path]) => path),
  };
}
