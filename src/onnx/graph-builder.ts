import { ATTRIBUTE_TYPE, EXTERNAL_DATA, encodeModelProto, type ProtoMessage } from './model-proto.ts';

/** Element types, keyed by our short names, valued by TensorProto.DataType. */
export const DATA_TYPES = { f32: 1, u8: 2, i32: 6, i64: 7, bool: 9, f16: 10 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** A fixed size, or the name of a size that is known when the graph runs. */
export type Dim = number | string;

/** A tensor in a graph under construction. */
export interface Value {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly Dim[];
}

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: GraphBuilder };

/** Where an initializer's bytes lie: a file name relative to the session's external data folder. */
export interface ExternalData {
  readonly location: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** What differentiation makes of a node instead of its operator's rule. */
export type GradientOverride =
  /** The gradient passes unchanged to the first input: straight-through rounding. */
  | 'straight-through'
  /** No gradient passes. */
  | 'none';

interface NodeSpec {
  readonly opType: string;
  /** Null stands for an optional input that is left out. */
  readonly inputs: readonly (Value | null)[];
  /** Type and shape of each output; null leaves an optional output out. */
  readonly outputs: readonly ({ readonly type: DataType; readonly shape: readonly Dim[] } | null)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly gradient?: GradientOverride;
}

/** A node as it stands in a graph. */
export interface GraphNode {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly gradient: GradientOverride | null;
}

/** The operator domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';
const OPSET = 21;
const IR_VERSION = 10;

/**
 * Builds one graph, node by node, in execution order. Names are unique across a graph and its subgraphs, which
 * may read every value of the graph around them.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #names: { next: number };
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: ProtoMessage[] = [];
  readonly #outputs: ProtoMessage[] = [];
  readonly #initializers: ProtoMessage[] = [];

  constructor(name: string, parent?: GraphBuilder) {
    this.#name = name;
    this.#names = parent ? parent.#names : { next: 0 };
  }

  input(name: string, type: DataType, shape: readonly Dim[]): Value {
    const value = { name, type, shape };
    this.#inputs.push(valueInfo(value));
    return value;
  }

  output(value: Value): void {
    this.#outputs.push(valueInfo(value));
  }

  /** A sequence of tensors as graph output; `name` must come from `sequenceNode`. */
  sequenceOutput(name: string, elementType: DataType): void {
    const element = { tensorType: { elemType: DATA_TYPES[elementType], shape: { dim: [] } } };
    this.#outputs.push({ name, type: { sequenceType: { elemType: element } } });
  }

  /** An initializer stored in the model itself. `data` is not copied before `encode`. */
  constant(name: string, type: DataType, shape: readonly number[], data: ArrayBufferView): Value {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dataType: DATA_TYPES[type], dims: shape, rawData });
    return { name, type, shape };
  }

  /** A 1-D int64 initializer. */
  int64(name: string, values: readonly number[]): Value {
    return this.constant(name, 'i64', [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** An initializer whose bytes stay in a file. */
  external(name: string, type: DataType, shape: readonly number[], data: ExternalData): Value {
    this.#initializers.push({
      name,
      dataType: DATA_TYPES[type],
      dims: shape,
      dataLocation: EXTERNAL_DATA,
      externalData: [
        { key: 'location', value: data.location },
        { key: 'offset', value: String(data.offset) },
        { key: 'length', value: String(data.bytes) },
      ],
    });
    return { name, type, shape };
  }

  /** Appends a node and returns its outputs in order (left-out outputs are skipped). */
  node(spec: NodeSpec): Value[] {
    const names = spec.outputs.map((output) => (output === null ? '' : this.freshName(spec.opType)));
    return this.namedNode(spec, names);
  }

  /** Appends a node whose outputs carry given names (graph outputs). */
  namedNode(spec: NodeSpec, outputNames: readonly string[]): Value[] {
    const outputs = spec.outputs.map((output, i) =>
      output === null ? null : { name: outputNames[i]!, type: output.type, shape: output.shape },
    );
    this.#nodes.push({
      opType: spec.opType,
      domain: spec.domain ?? '',
      inputs: spec.inputs,
      outputs,
      attributes: spec.attributes ?? {},
      gradient: spec.gradient ?? null,
    });
    return outputs.filter((output) => output !== null);
  }

  /** The nodes so far, in execution order. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  freshName(stem: string): string {
    return `${stem}_${this.#names.next++}`;
  }

  /** The serialised model. */
  encode(): Uint8Array {
    return encodeModelProto({
      irVersion: IR_VERSION,
      producerName: 'quept',
      opsetImport: [
        { domain: '', version: OPSET },
        { domain: MICROSOFT, version: 1 },
      ],
      graph: this.#proto(),
    });
  }

  #proto(): ProtoMessage {
    return {
      name: this.#name,
      node: this.#nodes.map(nodeProto),
      input: this.#inputs,
      output: this.#outputs,
      initializer: this.#initializers,
    };
  }

  static protoOf(graph: GraphBuilder): ProtoMessage {
    return graph.#proto();
  }
}

function nodeProto(node: GraphNode): ProtoMessage {
  return {
    opType: node.opType,
    domain: node.domain,
    name: node.outputs.find((output) => output !== null)?.name ?? '',
    input: node.inputs.map((value) => value?.name ?? ''),
    output: node.outputs.map((value) => value?.name ?? ''),
    attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
  };
}

function attribute(name: string, value: AttributeValue): ProtoMessage {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  if ('graph' in value) return { name, type: ATTRIBUTE_TYPE.graph, g: GraphBuilder.protoOf(value.graph) };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
}

function valueInfo(value: Value): ProtoMessage {
  const dim = value.shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name: value.name, type: { tensorType: { elemType: DATA_TYPES[value.type], shape: { dim } } } };
}
