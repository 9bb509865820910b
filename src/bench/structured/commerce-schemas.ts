import type { JsonSchema } from '../../core/index.ts';
import {
  amount,
  between,
  either,
  fixed,
  format,
  list,
  matching,
  oneOf,
  orNull,
  pair,
  record,
  ref,
  text,
  whole,
  yesNo,
} from './schema-words.ts';

const currency = oneOf('EUR', 'USD', 'GBP', 'JPY');
const address = record({
  street: text(),
  city: text(30),
  postcode: matching('^[0-9]{5}$'),
  country: matching('^[A-Z]{2}$'),
});
const money = record({ amount: amount(9999), currency });

/** What shops, banks and offices exchange. */
export const COMMERCE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'an order': record({
    id: matching('^ORD-[0-9]{6}$'),
    customer: text(),
    lines: list(record({ sku: matching('^[A-Z]{3}[0-9]{3}$'), count: whole(1, 20), price: money }), 1, 3),
    shipTo: address,
    express: yesNo,
  }),
  'a postal address': address,
  'an invoice': record({
    number: whole(1, 99_999),
    date: format('date'),
    due: format('date'),
    total: money,
    paid: yesNo,
  }),
  'a product': record({
    name: text(),
    price: amount(999),
    currency,
    tags: list(text(12), 0, 4),
    stock: whole(0, 500),
  }),
  'a refund': record({
    order: matching('^ORD-[0-9]{6}$'),
    reason: oneOf('damaged', 'late', 'wrong item', 'other'),
    note: orNull(text(60)),
  }),
  'a payment by card or transfer': either(
    record({ kind: fixed('card'), last4: matching('^[0-9]{4}$'), amount: money }),
    record({ kind: fixed('transfer'), iban: matching('^[A-Z]{2}[0-9]{20}$'), amount: money }),
  ),
  'a shopping cart': record({
    items: list(record({ name: text(20), count: whole(1, 9) }), 1, 4),
    coupon: orNull(text(10)),
  }),
  'a review': record({ stars: whole(1, 5), title: text(30), body: text(100), recommended: yesNo }),
  'a parcel': record({
    tracking: matching('^[A-Z]{2}[0-9]{9}[A-Z]{2}$'),
    weightKg: between(0.1, 30),
    size: pair(whole(1, 200), whole(1, 200), whole(1, 200)),
  }),
  'a bank account': record({ owner: text(), balance: between(-1000, 100_000), currency, open: yesNo }),
  'a price list': record({ currency, prices: list(record({ name: text(20), price: amount(100) }), 2, 5) }),
  'a discount': record({
    code: matching('^[A-Z0-9]{6}$'),
    percent: { type: 'integer', minimum: 5, maximum: 50, multipleOf: 5 },
    until: format('date'),
  }),
  'a contract': record({
    parties: list(text(), 2, 2),
    from: format('date'),
    months: whole(1, 60),
    renews: yesNo,
  }),
  'a supplier': record({
    name: text(),
    contact: record({ email: format('email'), phone: matching('^\\+[0-9]{8,12}$') }),
    rating: between(0, 5),
  }),
  'a warehouse': record({
    site: text(20),
    shelves: list(record({ code: matching('^[A-F][0-9]{2}$'), full: yesNo }), 1, 4),
  }),
  'an expense report': record({
    employee: text(),
    expenses: list(record({ date: format('date'), what: text(30), cost: amount(500) }), 1, 3),
    approved: orNull(yesNo),
  }),
  'a tax line': record({ rate: oneOf(0, 0.07, 0.19), net: amount(1000), note: orNull(text(20)) }),
  'a subscription': record({
    plan: oneOf('free', 'plus', 'team'),
    seats: whole(1, 100),
    renewal: format('date'),
    addons: list(oneOf('backup', 'support', 'audit'), 0, 3),
  }),
  'a quotation': record(
    { items: list(ref('item'), 1, 3), validDays: whole(7, 90) },
    { $defs: { item: record({ what: text(25), each: amount(200), count: whole(1, 10) }) } },
  ),
  'an inventory by name': {
    type: 'object',
    additionalProperties: whole(0, 99),
    propertyNames: { pattern: '^[a-z]{3,10}$' },
    minProperties: 1,
    maxProperties: 4,
  },
  'an auction': record({
    lot: whole(1, 999),
    bids: list(record({ bidder: text(15), amount: whole(1, 10_000) }), 0, 3),
    closed: yesNo,
  }),
  'a job offer': record({
    title: text(30),
    salary: record({ min: whole(20_000, 60_000), max: whole(60_000, 120_000) }),
    remote: oneOf('no', 'partly', 'yes'),
    skills: list(text(15), 1, 4),
  }),
  'a support ticket': record({
    subject: text(40),
    priority: oneOf('low', 'normal', 'high'),
    messages: list(record({ from: oneOf('customer', 'agent'), text: text(60) }), 1, 3),
  }),
  'an insurance claim': record({
    policy: matching('^[0-9]{8}$'),
    happened: format('date-time'),
    damage: amount(9999),
    injured: yesNo,
    witnesses: list(text(20), 0, 2),
  }),
  'a currency conversion': record({
    from: currency,
    to: currency,
    rate: { type: 'number', exclusiveMinimum: 0, maximum: 200 },
    at: format('time'),
  }),
};
