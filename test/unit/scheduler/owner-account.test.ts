import { describe, expect, it } from 'vitest';
import { OwnerAccounts } from '../../../src/scheduler/owner-account.ts';

describe('OwnerAccounts', () => {
  it('starts a newcomer level with the least charged of those who are here', () => {
    const accounts = new OwnerAccounts();
    accounts.enter('a');
    accounts.charge('a', 100, 6);
    accounts.enter('b');
    accounts.charge('b', 50, 2);
    expect(accounts.enter('c')).toMatchObject({ chargedMs: 100, bitsLost: 6 });
    expect(accounts.enter('d')).toMatchObject({ chargedMs: 100, bitsLost: 6 });
  });

  it('neither saves up idle time nor forgets what was charged', () => {
    const accounts = new OwnerAccounts();
    accounts.enter('busy');
    const account = accounts.enter('comes and goes');
    accounts.charge('comes and goes', 100, 4);
    accounts.leave('comes and goes');
    expect(accounts.enter('comes and goes')).toBe(account);
    expect(account).toMatchObject({ chargedMs: 100, bitsLost: 4 });
    accounts.leave('comes and goes');
    accounts.charge('busy', 300, 9);
    expect(accounts.enter('comes and goes')).toMatchObject({ chargedMs: 300, bitsLost: 9 });
  });

  it('forgets everyone once nobody is here', () => {
    const accounts = new OwnerAccounts();
    accounts.enter('a');
    accounts.enter('a');
    accounts.charge('a', 100, 4);
    accounts.leave('a');
    expect(accounts.enter('a').chargedMs).toBe(100);
    accounts.leave('a');
    accounts.leave('a');
    expect(accounts.enter('a').chargedMs).toBe(0);
  });
});
