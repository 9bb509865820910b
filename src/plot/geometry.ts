export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Segment {
  readonly from: Position;
  readonly to: Position;
}

/** A rectangle; y grows downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Shared area, square pixels. */
export function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

export function boxAround({ x, y }: Position, radius: number): Box {
  return { left: x - radius, top: y - radius, width: 2 * radius, height: 2 * radius };
}

export function contains(outer: Box, inner: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.left + inner.width <= outer.left + outer.width &&
    inner.top + inner.height <= outer.top + outer.height
  );
}

/** Whether any part of a segment lies in a box: what is left of it after cutting at all four sides. */
export function segmentMeetsBox({ from, to }: Segment, { left, top, width, height }: Box): boolean {
  let start = 0;
  let end = 1;
  const cut = (delta: number, gap: number): boolean => {
    // gap + t·delta >= 0 must hold for the t that remain.
    if (delta === 0) return gap >= 0;
    if (delta > 0) start = Math.max(start, -gap / delta);
    else end = Math.min(end, -gap / delta);
    return start <= end;
  };
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return (
    cut(dx, from.x - left) &&
    cut(-dx, left + width - from.x) &&
    cut(dy, from.y - top) &&
    cut(-dy, top + height - from.y)
  );
}

/** The point of a box that is nearest to `position`. */
export function nearestPoint({ left, top, width, height }: Box, { x, y }: Position): Position {
  return {
    x: Math.min(Math.max(x, left), left + width),
    y: Math.min(Math.max(y, top), top + height),
  };
}
