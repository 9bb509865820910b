import { existsSync, readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { mapObjects, schemaValidator } from './json-schema.ts';

const SPECIFICATION = new URL('../../../shared/conformance/openapi.json', import.meta.url);

export const NO_SPECIFICATION =
  'the OpenAPI specification is not beside this checkout (../shared/conformance/openapi.json)';

export function hasSpecification(): boolean {
  return existsSync(SPECIFICATION);
}

/**
 * Validators by the name of a schema of OpenAI's specification. It says `nullable` in places, a word that this version
 * of JSON schema has dropped, and means it: null is admitted there.
 */
export function specificationValidators(): (name: string) => ValidateFunction {
  const document = mapObjects(JSON.parse(readFileSync(SPECIFICATION, 'utf8')), (object) => {
    const { nullable, ...rest } = object;
    return nullable === true ? { anyOf: [rest, { type: 'null' }] } : object;
  });
  const ajv = schemaValidator();
  ajv.addSchema({ ...(document as object), $id: 'specification' });
  return (name) => {
    const validate = ajv.getSchema(`specification#/components/schemas/${name}`);
    if (validate === undefined) throw new Error(`The specification has no schema ${name}.`);
    return validate;
  };
}
