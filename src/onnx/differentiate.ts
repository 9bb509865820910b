import { add } from './arithmetic.ts';
import { ARITHMETIC_GRADIENTS } from './arithmetic-gradients.ts';
import { elementCount, expandedLike, type GradientRule, type InputGradient, sizes } from './gradient-rule.ts';
import { type GraphBuilder, type GraphNode, MICROSOFT, type Value } from './graph-builder.ts';
import { LAYER_GRADIENTS } from './layer-gradients.ts';
import { LAYOUT_GRADIENTS } from './layout-gradients.ts';
import { identity } from './ops.ts';

/**
 * Appends the backward pass of `g` to it: reverse-mode differentiation by one vector–Jacobian product per node.
 * Nothing is emitted for values that do not lead from a parameter to the loss.
 *
 * @param loss f32 with one element
 * @param parameters f32 values of `g` (inputs, constants or intermediate values), static shapes
 * @returns d loss / d parameter for each, of the parameter's shape
 *
 * Throws Error for a loss of more than one element, for an operator without a rule on the way from a parameter
 * to the loss, for a shape that is not static, and for a parameter the loss does not depend on.
 */
export function gradients(g: GraphBuilder, loss: Value, parameters: readonly Value[]): Value[] {
  if (elementCount(loss) !== 1) {
    throw new Error(`a loss has one element: ${loss.name} has the shape [${loss.shape.join(', ')}]`);
  }
  const forward = [...g.nodes];
  const active = dependents(forward, parameters);
  const gradientOf = new Map<string, Value>();
  gradientOf.set(loss.name, g.constant(g.freshName('seed'), 'f32', sizes(loss), Float32Array.of(1)));

  for (const node of forward.reverse()) {
    const outputs = node.outputs.map((output) => (output && gradientOf.get(output.name)) ?? null);
    if (outputs.every((gradient) => gradient === null)) continue;
    if (!leadsOn(node, active)) continue;
    const inputGradients = applyRule(g, node, outputs);
    node.inputs.forEach((input, i) => {
      const gradient = inputGradients[i];
      if (!input || !gradient || !active.has(input.name)) return;
      const known = gradientOf.get(input.name);
      gradientOf.set(input.name, known ? add(g, known, gradient()) : gradient());
    });
  }
  return parameters.map((parameter) => {
    const gradient = gradientOf.get(parameter.name);
    if (!gradient) throw new Error(`the loss does not depend on ${parameter.name}`);
    // Two parameters may share one gradient; as graph outputs they need a name each.
    return identity(g, expandedLike(g, gradient, parameter));
  });
}

function applyRule(
  g: GraphBuilder,
  node: GraphNode,
  outputs: readonly (Value | null)[],
): readonly InputGradient[] {
  if (node.gradient === 'straight-through') return [() => outputs[0]!];
  const arithmetic = ruleFor(node, ARITHMETIC_GRADIENTS);
  if (arithmetic) return arithmetic(g, node, outputs);
  const rule = ruleFor(node, LAYER_GRADIENTS) ?? ruleFor(node, LAYOUT_GRADIENTS);
  if (!rule) throw new Error(`no gradient rule for operator ${node.opType}`);
  const full = outputs.map((gradient, i) => gradient && expandedLike(g, gradient, node.outputs[i]!));
  return rule(g, node, full);
}

function ruleFor(node: GraphNode, rules: Readonly<Record<string, GradientRule>>): GradientRule | null {
  const known = node.domain === '' || node.domain === MICROSOFT;
  return (known && rules[node.opType]) || null;
}

/** Names of the values through which a gradient can reach `parameters`, the parameters included. */
function dependents(nodes: readonly GraphNode[], parameters: readonly Value[]): Set<string> {
  const names = new Set(parameters.map((parameter) => parameter.name));
  for (const node of nodes) {
    if (!leadsOn(node, names)) continue;
    for (const output of node.outputs) if (output) names.add(output.name);
  }
  return names;
}

function leadsOn(node: GraphNode, active: ReadonlySet<string>): boolean {
  return node.gradient !== 'none' && node.inputs.some((input) => input && active.has(input.name));
}
