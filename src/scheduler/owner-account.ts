/** What an owner has had, beside the others who were here at the same time. */
export interface OwnerAccount {
  /** Predicted machine time of its rows, milliseconds: a token at low precision is cheaper than one at high. */
  readonly chargedMs: number;
  /** Σ over its tokens, prompt tokens too, of (average bits at the ceiling − average bits served). */
  readonly bitsLost: number;
}

interface OpenAccount {
  chargedMs: number;
  bitsLost: number;
  /** Requests in the house. */
  requests: number;
}

/**
 * Accounts by owner. Whoever comes back after an absence starts no lower than the lowest of those who are here, so
 * idle time cannot be saved up; and no lower than it left, so leaving does not pay. Once nobody is here, everyone
 * starts at zero again.
 *
 * Source: the counter lift of Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024, algorithm 2.
 */
export class OwnerAccounts {
  readonly #accounts = new Map<string, OpenAccount>();

  /** Opens the account for one more request. */
  enter(owner: string): OwnerAccount {
    const account = this.#accounts.get(owner) ?? { chargedMs: 0, bitsLost: 0, requests: 0 };
    if (account.requests === 0) this.#lift(account);
    account.requests++;
    this.#accounts.set(owner, account);
    return account;
  }

  /** One request fewer. An absent owner's account is kept while it would come back above the others. */
  leave(owner: string): void {
    const account = this.#accounts.get(owner);
    if (account === undefined) return;
    account.requests--;
    if (account.requests > 0) return;
    const present = this.#present();
    if (present.length === 0) this.#accounts.clear();
    else if (forgettable(account, present)) this.#accounts.delete(owner);
  }

  charge(owner: string, ms: number, bitsLost: number): void {
    const account = this.#accounts.get(owner);
    if (account === undefined) return;
    account.chargedMs += ms;
    account.bitsLost += bitsLost;
  }

  #lift(account: OpenAccount): void {
    const present = this.#present();
    if (present.length === 0) return;
    account.chargedMs = Math.max(account.chargedMs, lowest(present, 'chargedMs'));
    account.bitsLost = Math.max(account.bitsLost, lowest(present, 'bitsLost'));
  }

  #present(): OpenAccount[] {
    return [...this.#accounts.values()].filter(({ requests }) => requests > 0);
  }
}

function forgettable({ chargedMs, bitsLost }: OpenAccount, present: readonly OpenAccount[]): boolean {
  return chargedMs <= lowest(present, 'chargedMs') && bitsLost <= lowest(present, 'bitsLost');
}

function lowest(accounts: readonly OpenAccount[], field: 'chargedMs' | 'bitsLost'): number {
  return accounts.reduce((low, account) => Math.min(low, account[field]), Number.POSITIVE_INFINITY);
}
