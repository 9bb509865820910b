/**
 * What strings of a format are, as patterns for whole strings. Each admits only what its specification admits; where
 * that is more than a pattern of reasonable size can say, the rest is left out and named here.
 */
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const H16 = '[0-9A-Fa-f]{1,4}';
const LS32 = `(?:${H16}:${H16}|${IPV4})`;
const IPV6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `(?:${H16})?::(?:${H16}:){4}${LS32}`,
  `(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}`,
  `(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}`,
  `(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}`,
  `(?:(?:${H16}:){0,4}${H16})?::${LS32}`,
  `(?:(?:${H16}:){0,5}${H16})?::${H16}`,
  `(?:(?:${H16}:){0,6}${H16})?::`,
].join('|');

const LEAP_YEAR = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const DATE = `(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|${LEAP_YEAR}-02-29)`;
/** Without leap seconds, of which there are none to come. */
const TIME =
  '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,15})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const SHORT_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,28}[A-Za-z0-9])?';
/** A name has 253 characters at most: three labels of any length, or eight of up to 30. */
const HOSTNAME = `(?:${LABEL}(?:\\.${LABEL}){0,2}|${SHORT_LABEL}(?:\\.${SHORT_LABEL}){3,7})`;
/** Hyphens in a label's third and fourth place are for encoded names, whose validity no pattern can tell. */
const PLAIN_LABELS = '(?:[^.]{0,2}|[^.]{2}(?:-|[^.-][^.]*|-[^.-][^.]*))';
const NO_ENCODED_NAMES = `${PLAIN_LABELS}(?:\\.${PLAIN_LABELS})*`;

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
/** 64 characters at most before the @. */
const LOCAL = `(?:${ATEXT}{1,32}|${ATEXT}{1,20}(?:\\.${ATEXT}{1,20}){1,2}|"(?:[ !#-[\\]-~]|\\\\[ -~]){0,20}")`;
const MAIL_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,18}[A-Za-z0-9])?';
const EMAIL = `${LOCAL}@(?:${MAIL_LABEL}(?:\\.${MAIL_LABEL}){0,3}|\\[(?:${IPV4}|IPv6:(?:${IPV6}))\\])`;

const PERCENT = '%[0-9A-Fa-f]{2}';
const UNRESERVED = "A-Za-z0-9._~!$&'()*+,;=\\-";
const PCHAR = `(?:[${UNRESERVED}:@]|${PERCENT})`;
const AUTHORITY = `(?:(?:[${UNRESERVED}:]|${PERCENT})*@)?(?:\\[(?:${IPV6})\\]|(?:[${UNRESERVED}]|${PERCENT})*)(?::[0-9]{0,5})?`;
const TAIL = `(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?`;
const PATH = `(?:/(?:${PCHAR}+(?:/${PCHAR}*)*)?|)`;
const URI = `[A-Za-z][A-Za-z0-9+.-]*:(?://${AUTHORITY}(?:/${PCHAR}*)*|${PATH}|${PCHAR}+(?:/${PCHAR}*)*)${TAIL}`;
const FIRST_SEGMENT = `(?:[${UNRESERVED}@]|${PERCENT})+`;
const URI_REFERENCE = `(?:${URI}|(?://${AUTHORITY}(?:/${PCHAR}*)*|${PATH}|${FIRST_SEGMENT}(?:/${PCHAR}*)*)${TAIL})`;

const DURATION_TIME = 'T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)';
const DURATION_DATE = '(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)';
const DURATION = `P(?:${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME}|[0-9]+W)`;

/** Patterns that a string of the format matches, all of them, as a whole. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  date: [DATE],
  time: [TIME],
  'date-time': [`${DATE}[Tt]${TIME}`],
  duration: [DURATION],
  uuid: ['[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'],
  email: [EMAIL],
  hostname: [HOSTNAME, NO_ENCODED_NAMES],
  ipv4: [IPV4],
  ipv6: [IPV6],
  uri: [URI],
  'uri-reference': [URI_REFERENCE],
  'json-pointer': ['(?:/(?:[^~/]|~[01])*)*'],
};

export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/** Anchored patterns of a format; undefined for one that is not enforced. */
export function formatPatterns(format: string): readonly string[] | undefined {
  const patterns = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return patterns?.map((pattern) => `^(?:${pattern})$`);
}
