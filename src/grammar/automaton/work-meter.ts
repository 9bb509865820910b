import { QueptError } from '../../core/index.ts';

/**
 * Bounds what making one grammar may cost, whatever a schema is: everything that takes time or memory spends here
 * first. A machine of two cores spends some three million units a second.
 */
export class WorkMeter {
  readonly #param: string;
  #left: number;

  /** @param param the request field that is blamed */
  constructor(param: string, units: number = MAX_WORK) {
    this.#param = param;
    this.#left = units;
  }

  /** Throws QueptError `invalid_request` once more has been spent than there was. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left >= 0) return;
    throw new QueptError(
      'invalid_request',
      `'${this.#param}' is too complex to be enforced. Use fewer or smaller alternatives, and lower lengths, counts and nesting.`,
      { param: this.#param },
    );
  }
}

const MAX_WORK = 600_000;
