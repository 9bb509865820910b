/** Items in order of their cost, the lowest first: a binary heap, of which equal items may be several. */
export class LowestFirst {
  readonly #costs: number[] = [];
  readonly #items: number[] = [];

  push(cost: number, item: number): void {
    const costs = this.#costs;
    const items = this.#items;
    let at = costs.length;
    for (let above = (at - 1) >> 1; at > 0 && (costs[above] ?? 0) > cost; above = (at - 1) >> 1) {
      costs[at] = costs[above] ?? 0;
      items[at] = items[above] ?? 0;
      at = above;
    }
    costs[at] = cost;
    items[at] = item;
  }

  /** Undefined when there is none left. */
  pop(): { readonly cost: number; readonly item: number } | undefined {
    const cost = this.#costs[0];
    const item = this.#items[0];
    const lastCost = this.#costs.pop();
    const lastItem = this.#items.pop();
    if (cost === undefined || item === undefined || lastCost === undefined || lastItem === undefined)
      return undefined;
    if (this.#costs.length > 0) this.#sink(lastCost, lastItem);
    return { cost, item };
  }

  #sink(cost: number, item: number): void {
    const costs = this.#costs;
    const items = this.#items;
    let at = 0;
    for (let below = 1; below < costs.length; below = 2 * at + 1) {
      if ((costs[below + 1] ?? Number.POSITIVE_INFINITY) < (costs[below] ?? 0)) below++;
      if ((costs[below] ?? 0) >= cost) break;
      costs[at] = costs[below] ?? 0;
      items[at] = items[below] ?? 0;
      at = below;
    }
    costs[at] = cost;
    items[at] = item;
  }
}
