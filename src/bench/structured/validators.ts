import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../../core/index.ts';

/** Formats by other means than patterns of ours, as far as there are any. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': (text) => isDate(text.slice(0, 10)) && /^[Tt]$/.test(text[10] ?? '') && isTime(text.slice(11)),
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => canonicalHost(`http://${text}/`) === text,
  ipv6: (text) => canonicalHost(`http://[${text}]/`) !== null,
  hostname: isHostname,
  email: (text) => text.lastIndexOf('@') > 0 && text.length <= 320,
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]*$/.test(text),
  'uri-reference': (text) => /^[!-~]*$/.test(text),
  duration: (text) => /^P(?=.)/.test(text) && !text.endsWith('T'),
  'json-pointer': (text) => text === '' || (text.startsWith('/') && !/~(?![01])/.test(text)),
};

/** Says whether a text is JSON that is valid under `schema`, by a validator that knows nothing of grammars. */
export function validatorOf(schema: JsonSchema): (text: string) => boolean {
  const ajv = new Ajv2020({
    strict: false,
    ownProperties: true,
    multipleOfPrecision: 9,
    formats: FORMATS,
    validateSchema: false,
  });
  const validate = ajv.compile(schema);
  return (text) => {
    try {
      return validate(JSON.parse(text)) === true;
    } catch {
      return false;
    }
  };
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  );
}

function isTime(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/.exec(text);
  if (match === null) return false;
  const [, hours, minutes, seconds, , zoneHours = '0', zoneMinutes = '0'] = match;
  return (
    Math.max(Number(hours), Number(zoneHours)) < 24 &&
    Math.max(Number(minutes), Number(seconds), Number(zoneMinutes)) < 60
  );
}

function canonicalHost(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function isHostname(text: string): boolean {
  const labels = text.split('.');
  return (
    text.length <= 253 && labels.every((label) => /^[a-z0-9-]{1,63}$/i.test(label) && !/^-|-$/.test(label))
  );
}
