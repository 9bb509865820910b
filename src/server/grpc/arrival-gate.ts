interface Door {
  inside: number;
  readonly waiting: Visit[];
}

/** Somebody's turn: `enter` is called when it comes, unless `leave` came first. */
interface Visit {
  readonly enter: () => void;
  state: 'waiting' | 'inside' | 'left';
}

/** Lets so many of each name in at a time; others wait, first come first served. */
export class ArrivalGate {
  readonly #doors = new Map<string, Door>();

  /** Calls `enter` at once or later, at most once. What is returned is to be called at the end, and may be again. */
  visit(name: string, atOnce: number, enter: () => void): () => void {
    const door = this.#doors.get(name) ?? { inside: 0, waiting: [] };
    this.#doors.set(name, door);
    const visit: Visit = { enter, state: 'waiting' };
    door.waiting.push(visit);
    this.#letIn(door, atOnce);
    return () => {
      if (visit.state === 'left') return;
      if (visit.state === 'inside') door.inside--;
      visit.state = 'left';
      this.#letIn(door, atOnce);
      // Only those who have left may still stand in the queue then.
      if (door.inside === 0) this.#doors.delete(name);
    };
  }

  #letIn(door: Door, atOnce: number): void {
    while (door.inside < atOnce) {
      const next = door.waiting.shift();
      if (next === undefined) return;
      if (next.state === 'left') continue;
      next.state = 'inside';
      door.inside++;
      next.enter();
    }
  }
}
