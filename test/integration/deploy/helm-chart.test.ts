import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseKeys } from '../../../src/access/index.ts';
import { loadServeConfig, type ServeConfig, unknownVariables } from '../../../src/config/index.ts';
import { newKey } from '../../support/api-key.ts';
import { findHelm, hasDeployCheck, NEEDS_DEPLOY_CHECK } from '../../support/deploy-check.ts';
import { type Manifest, manifestObjections, type PodTemplate } from '../../support/kubernetes-manifest.ts';

const CHART = fileURLToPath(new URL('../../../deploy/helm/quept/', import.meta.url));
const RULES = new URL('../../../deploy/prometheus/rules/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'quept-chart-'));
const helm = hasDeployCheck() ? await findHelm() : null;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEYS = { keys: { entries: [newKey('app', { tokensPerMinute: 20_000 }).entry] } };
const POOL = { enabled: true, endpointPicker: { name: 'picker' } };

/** Values that between them make every resource and take every branch. */
const CASES: Readonly<Record<string, object>> = {
  'keys alone': KEYS,
  'a fleet behind a gateway, scaled by KEDA': {
    ...KEYS,
    config: { policy: 'slo', slots: 16, tiers: { flex: { maxBits: 6 } } },
    autoscaling: { mode: 'keda', keda: { qualityDeficit: 2.5 } },
    metrics: {
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, runbookBase: 'https://example.com/operations' },
    },
    inferencePool: {
      ...POOL,
      httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }], hostnames: ['llm.example.com'] },
    },
    podLabels: { team: 'llm' },
    podAnnotations: { example: 'yes' },
    priorityClassName: 'serving',
  },
  "a model and keys of one's own, scaled by a plain HPA": {
    keys: { existingSecret: 'our-keys', secretKey: 'file' },
    redis: { existingSecret: 'our-redis' },
    model: { source: 'claim', claim: 'models', path: 'tiny-llama-q' },
    image: { repository: 'registry.example.com/quept', digest: `sha256:${'a'.repeat(64)}` },
    imagePullSecrets: [{ name: 'registry' }],
    autoscaling: { mode: 'hpa', hpa: { podMetrics: [{ name: 'quept_quality_deficit', average: '3' }] } },
    extraEnv: [{ name: 'QUEPT_LOG_LEVEL', value: 'warn' }],
    extraVolumes: [{ name: 'certificates', secret: { secretName: 'grpc' } }],
    extraVolumeMounts: [{ name: 'certificates', mountPath: '/etc/quept/tls', readOnly: true }],
    service: { type: 'LoadBalancer' },
    networkPolicy: {
      clients: [{ podSelector: { matchLabels: { app: 'gateway' } } }],
      egress: [{ to: [{ podSelector: { matchLabels: { app: 'redis' } } }], ports: [{ port: 6379 }] }],
    },
    nodeSelector: { cores: 'many' },
    tolerations: [{ key: 'llm', operator: 'Exists' }],
    affinity: { podAntiAffinity: {} },
    serviceAccount: { annotations: { owner: 'llm' } },
  },
  'nothing but what must be': {
    insecure: true,
    model: { source: 'volume', volume: { hostPath: { path: '/srv/model' } } },
    grpc: { enabled: false },
    podDisruptionBudget: { enabled: false },
    networkPolicy: { enabled: false },
    serviceAccount: { create: false },
    spread: false,
  },
};

/** Helm's own rendering. Rejects with what it says. */
async function render(values: object, release = 'fleet'): Promise<Manifest[]> {
  const text = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      helm ?? '',
      ['template', release, CHART, '--namespace', 'llm', '--values', '-'],
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
    );
    child.stdin?.end(JSON.stringify(values));
  });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function only(manifests: readonly Manifest[], kind: string, suffix = ''): Manifest {
  const found = manifests.filter(({ kind: its, metadata }) => its === kind && metadata.name.endsWith(suffix));
  if (found.length !== 1) throw new Error(`${found.length} of kind ${kind} ending in '${suffix}'`);
  return found[0] as Manifest;
}

function containerOf(manifests: readonly Manifest[]): PodTemplate['spec']['containers'][number] {
  const [container] = only(manifests, 'Deployment').spec.template.spec.containers;
  if (container === undefined) throw new Error('the pod has no container');
  return container;
}

/** The settings that the pod's server comes to, by the server's own code. */
function settingsOf(manifests: readonly Manifest[]): ServeConfig {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, only(manifests, 'ConfigMap').data?.['quept.json'] ?? '');
  const variables = containerOf(manifests).env.map(({ name, value }) => [name, value ?? 'redis://redis']);
  const environment = { ...Object.fromEntries(variables), QUEPT_CONFIG: file };
  expect(unknownVariables(environment)).toEqual([]);
  return loadServeConfig({}, environment);
}

describe('the chart', () => {
  it('[D1] renders what the schemas of Kubernetes and its extensions admit, whatever is switched on', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    const rendered = await Promise.all(Object.values(CASES).map((values) => render(values)));
    const kinds = new Set(rendered.flat().map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'HTTPRoute',
      'HorizontalPodAutoscaler',
      'InferencePool',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'PrometheusRule',
      'ScaledObject',
      'Secret',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]);
    const objections = await Promise.all(rendered.flat().map(manifestObjections));
    expect(objections.flat()).toEqual([]);
  });

  it('would hear of a field that is misspelt, missing or of the wrong type', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    const manifests = await render(CASES['a fleet behind a gateway, scaled by KEDA'] ?? {});
    const [deployment, pool] = [only(manifests, 'Deployment'), only(manifests, 'InferencePool')];
    const container = containerOf(manifests);
    container.securityContext.readonlyRootFilesystem = true;
    Object.assign(container.ports[0] ?? {}, { containerPort: 'http' });
    pool.spec.endpointPickerRef.port = undefined;
    const objections = (await Promise.all([deployment, pool].map(manifestObjections))).flat();
    expect(objections).toContainEqual(expect.stringContaining('readonlyRootFilesystem is no field'));
    expect(objections).toContainEqual(expect.stringContaining('/ports/0/containerPort type'));
    expect(objections).toContainEqual(expect.stringContaining("required property 'port'"));
  });

  it('[D2] gives the server settings that it takes, and keys that it knows', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    const [keyed, fleet, own, bare] = await Promise.all(Object.values(CASES).map((values) => render(values)));
    const common = { host: '0.0.0.0', port: 8080, metricsPort: 9400, threads: 2, drainMs: 30_000 };
    const withKeys = { ...common, grpcPort: 9000, keys: '/etc/quept/keys/keys.json', insecure: false };
    expect(settingsOf(keyed ?? [])).toMatchObject({ ...withKeys, model: null });
    expect(settingsOf(fleet ?? [])).toMatchObject({ ...withKeys, policy: 'slo', slots: 16 });
    expect(settingsOf(own ?? [])).toMatchObject({
      ...withKeys,
      model: '/models/tiny-llama-q',
      redisUrl: 'redis://redis',
      logLevel: 'warn',
    });
    expect(settingsOf(bare ?? [])).toMatchObject({
      ...common,
      grpcPort: 'off',
      keys: null,
      insecure: true,
      model: '/models',
    });
    const { keys } = JSON.parse(only(keyed ?? [], 'Secret').stringData?.['keys.json'] ?? '');
    expect(parseKeys(keys, 'the Secret').map(({ id }) => id)).toEqual(['app']);
  });

  it('names in each resource what the others are called', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    for (const [title, values] of Object.entries(CASES)) {
      // As long as a release may be called.
      const manifests = await render(values, 'a'.repeat(53));
      expect([title, looseEnds(manifests)]).toEqual([title, []]);
      for (const { kind, metadata } of await render(values, 'our.fleet'))
        expect([kind, metadata.name]).toEqual([kind, expect.stringMatching(/^our-fleet[a-z-]*$/)]);
    }
  });

  it('runs pods that may do nothing but serve', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    for (const values of Object.values(CASES)) {
      const manifests = await render(values);
      const { spec } = only(manifests, 'Deployment').spec.template;
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      });
      const container = containerOf(manifests);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      // The kubelet must not kill what still drains, nor before its last words.
      const leaving = container.lifecycle.preStop.sleep.seconds;
      const { drainDelayMs, drainMs } = settingsOf(manifests);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
        leaving + (drainDelayMs + drainMs) / 1000 + 6,
      );
    }
  });

  it('says in a sentence what cannot be served', async (context) => {
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    const faults: readonly (readonly [object, string])[] = [
      [{}, 'Without API keys'],
      [{ keys: { existingSecret: 'a', entries: KEYS.keys.entries } }, 'exclude one another'],
      [{ insecure: true, redis: { existingSecret: 'r' } }, 'there are none'],
      [{ ...KEYS, model: { source: 'claim' } }, 'model.claim'],
      [{ ...KEYS, inferencePool: { enabled: true } }, 'endpointPicker.name'],
      [{ ...KEYS, inferencePool: { httpRoute: { enabled: true } } }, 'needs the pool'],
      [{ ...KEYS, autoscaling: { minReplicas: 9 } }, 'must not exceed'],
      [{ ...KEYS, config: { port: 80 } }, "config.port is the chart's to set"],
      [{ ...KEYS, config: { drainDelayMs: 5000 } }, "config.drainDelayMs is the chart's to set"],
      [{ ...KEYS, config: { redisUrl: 'redis://:hunter2@r' } }, "config.redisUrl is the chart's to set"],
      [{ ...KEYS, config: { maxWaitin: 5 } }, "'maxWaitin' not allowed"],
      [{ ...KEYS, config: { slots: '8' } }, '/config/slots'],
      [{ ...KEYS, extraEnv: [{ name: 'QUEPT_DRAIN_DELAY_MS', value: '9' }] }, 'QUEPT_DRAIN_DELAY_MS is'],
      [{ ...KEYS, ports: { http: 9000 } }, 'must differ'],
      [{ ...KEYS, service: { type: 'LoadBalancer' } }, 'networkPolicy.clients'],
      [{ keys: { entries: [{ id: 'a', hash: newKey('a', {}).secret }] } }, '/keys/entries/0/hash'],
      [{ keys: { entries: [{ ...newKey('a', {}).entry, key: 'b' }] } }, "'key' not allowed"],
      [{ ...KEYS, replica: 2 }, "'replica' not allowed"],
      [{ ...KEYS, autoscaling: { mode: 'vpa' } }, '/autoscaling/mode'],
      [{ ...KEYS, image: { digest: 'latest' } }, '/image/digest'],
    ];
    const told = await Promise.all(
      faults.map(([values]) =>
        render(values).then(
          () => 'rendered',
          (error: Error) => error.message,
        ),
      ),
    );
    expect(told).toEqual(faults.map(([, sentence]) => expect.stringContaining(sentence)));
  });

  it('carries the rules of deploy/prometheus as they are, with runbooks where they are said to be', async (context) => {
    for (const name of ['quept-alerts.yml', 'quept-recording.yml'])
      expect(readFileSync(join(CHART, 'rules', name), 'utf8')).toBe(
        readFileSync(new URL(name, RULES), 'utf8'),
      );
    if (helm === null) return context.skip(NEEDS_DEPLOY_CHECK);
    const { groups } = only(
      await render(CASES['a fleet behind a gateway, scaled by KEDA'] ?? {}),
      'PrometheusRule',
    ).spec;
    const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
    expect(alerts.length).toBeGreaterThan(10);
    for (const { alert, annotations } of alerts)
      expect(annotations?.runbook_url).toBe(`https://example.com/operations#${alert?.toLowerCase()}`);
  });
});

/** What a resource says of another that is not so. */
function looseEnds(manifests: readonly Manifest[]): string[] {
  const deployment = only(manifests, 'Deployment');
  const { template } = deployment.spec;
  const container = containerOf(manifests);
  const ends: string[] = [];
  const selects = (what: string, selector: Record<string, string>, labels: Record<string, string>) => {
    const misses = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
    if (misses.length > 0) ends.push(`${what} selects ${JSON.stringify(misses)}`);
  };
  const hasPort = (what: string, name: string, ports: readonly { name: string }[]) => {
    if (!ports.some((port) => port.name === name)) ends.push(`${what}: no port ${name}`);
  };
  selects('Deployment', deployment.spec.selector.matchLabels, template.metadata.labels);
  for (const { kind, metadata, spec } of manifests) {
    const what = `${kind} ${metadata.name}`;
    if (metadata.name.length > 63) ends.push(`${what}: too long`);
    for (const value of Object.values(metadata.labels ?? {}))
      if (value.length > 63) ends.push(`${what}: ${value}`);
    switch (kind) {
      case 'Service':
        selects(what, spec.selector, template.metadata.labels);
        for (const { targetPort } of spec.ports) hasPort(what, targetPort, container.ports);
        break;
      case 'PodDisruptionBudget':
      case 'InferencePool':
        selects(what, spec.selector.matchLabels, template.metadata.labels);
        break;
      case 'NetworkPolicy':
        selects(what, spec.podSelector.matchLabels, template.metadata.labels);
        for (const { ports } of spec.ingress)
          for (const { port } of ports) hasPort(what, port, container.ports);
        break;
      case 'ServiceMonitor': {
        const service = only(manifests, 'Service', '-metrics');
        selects(what, spec.selector.matchLabels, service.metadata.labels ?? {});
        hasPort(what, spec.endpoints[0]?.port ?? '', service.spec.ports);
        break;
      }
      case 'ScaledObject':
      case 'HorizontalPodAutoscaler': {
        if (spec.scaleTargetRef.name !== deployment.metadata.name) ends.push(`${what}: another target`);
        if (deployment.spec.replicas !== undefined) ends.push(`${what}: replicas are set beside it`);
        const { name } = only(manifests, 'Service', '-metrics').metadata;
        for (const { metadata: trigger } of spec.triggers ?? [])
          if (!trigger.query.includes(`{namespace="llm", service="${name}"}`))
            ends.push(`${what}: ${trigger.query}`);
        break;
      }
      case 'HTTPRoute':
        if (spec.rules[0]?.backendRefs[0]?.name !== only(manifests, 'InferencePool').metadata.name)
          ends.push(`${what}: another pool`);
    }
  }
  const pool = manifests.find(({ kind }) => kind === 'InferencePool');
  if (pool !== undefined && pool.spec.targetPorts[0]?.number !== container.ports[0]?.containerPort)
    ends.push('InferencePool: another port');
  const volumes = template.spec.volumes.map(({ name }) => name).sort();
  const mounts = container.volumeMounts.map(({ name }) => name).sort();
  if (String(volumes) !== String(mounts)) ends.push(`volumes ${volumes}, mounts ${mounts}`);
  const made = manifests.find(({ kind }) => kind === 'Secret')?.metadata.name;
  const keys = template.spec.volumes.find(({ name }) => name === 'keys');
  if (made !== undefined && keys?.secret?.secretName !== made) ends.push('keys: another Secret');
  return ends;
}
