import type { JsonSchema } from '../../core/index.ts';
import {
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

const person = record({ first: text(15), last: text(15), born: orNull(format('date')) });
const clock = matching('^([01][0-9]|2[0-3]):[0-5][0-9]$');
const place = record({ lat: between(-90, 90), lon: between(-180, 180) });

/** What calendars, devices, games and interfaces exchange. */
export const EVERYDAY_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'a calendar entry': record({
    title: text(40),
    start: format('date-time'),
    minutes: { type: 'integer', minimum: 15, maximum: 240, multipleOf: 15 },
    guests: list(person, 0, 3),
  }),
  'a timetable': record({
    day: oneOf('Mon', 'Tue', 'Wed', 'Thu', 'Fri'),
    lessons: list(record({ from: clock, to: clock, subject: text(20) }), 1, 4),
  }),
  'a person': person,
  'a user account': record({
    id: format('uuid'),
    email: format('email'),
    roles: list(oneOf('admin', 'editor', 'reader'), 1, 3),
    active: yesNo,
  }),
  'a recipe': record({
    name: text(30),
    serves: whole(1, 12),
    ingredients: list(record({ what: text(20), grams: whole(1, 1000) }), 1, 4),
    steps: list(text(60), 1, 3),
  }),
  'a weather report': record({
    place: text(20),
    celsius: between(-40, 50),
    sky: oneOf('clear', 'cloudy', 'rain', 'snow'),
    wind: record({ kmh: whole(0, 150), from: oneOf('N', 'E', 'S', 'W') }),
  }),
  'a call of a weather service': record({
    name: fixed('get_weather'),
    arguments: record({ city: text(20), 'units?': oneOf('metric', 'imperial') }),
  }),
  'a call of one of two tools': either(
    record({ name: fixed('add'), arguments: record({ a: whole(-99, 99), b: whole(-99, 99) }) }),
    record({ name: fixed('search'), arguments: record({ query: text(30), 'limit?': whole(1, 10) }) }),
  ),
  'an answer with reasons': record({
    reasons: list(text(60), 1, 3),
    answer: oneOf('yes', 'no', 'unsure'),
    confidence: between(0, 1),
  }),
  'a classification': record({ label: oneOf('spam', 'ham'), score: between(0, 1) }),
  'entities of a text': record({
    entities: list(
      record({ text: text(20), type: oneOf('person', 'place', 'date'), start: whole(0, 999) }),
      0,
      4,
    ),
  }),
  'a translation': record({ from: matching('^[a-z]{2}$'), to: matching('^[a-z]{2}$'), text: text(80) }),
  'a quiz question': record({
    question: text(60),
    options: list(text(20), 4, 4),
    correct: whole(0, 3),
  }),
  'a tree of folders': record(
    { root: ref('folder') },
    {
      $defs: {
        folder: record({ name: matching('^[a-z]{1,8}$'), folders: list(ref('folder'), 0, 2) }),
      },
    },
  ),
  'an expression': {
    ...(ref('expression') as object),
    $defs: {
      expression: either(
        whole(0, 99),
        record({ op: oneOf('+', '-', '*'), left: ref('expression'), right: ref('expression') }),
      ),
    },
  },
  'a map marker': record({ label: text(20), at: place, colour: matching('^#[0-9a-f]{6}$') }),
  'a route': record({ points: list(place, 2, 4), km: between(0, 500), by: oneOf('foot', 'bike', 'car') }),
  'a network host': record({
    name: format('hostname'),
    address: either(format('ipv4'), format('ipv6')),
    port: whole(1, 65_535),
  }),
  'a log line': record({
    at: format('date-time'),
    level: oneOf('debug', 'info', 'warn', 'error'),
    message: text(60),
    'code?': whole(100, 599),
  }),
  'a feature flag': record({
    name: matching('^[a-z]+(-[a-z]+)*$'),
    on: yesNo,
    share: { type: 'number', minimum: 0, maximum: 1, multipleOf: 0.05 },
  }),
  'a game state': record({
    board: list(list(oneOf('x', 'o', ''), 3, 3), 3, 3),
    turn: oneOf('x', 'o'),
    over: yesNo,
  }),
  'a chess move': record({ from: matching('^[a-h][1-8]$'), to: matching('^[a-h][1-8]$'), check: yesNo }),
  'a matrix': record({ rows: list(list(whole(-9, 9), 2, 3), 2, 3) }),
  'a book': record({
    title: text(40),
    isbn: matching('^97[89][0-9]{10}$'),
    authors: list(text(20), 1, 3),
    year: whole(1450, 2030),
  }),
  'a range of colours': record({
    from: pair(whole(0, 255), whole(0, 255), whole(0, 255)),
    steps: whole(2, 9),
  }),
};
