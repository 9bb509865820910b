import { fileURLToPath } from 'node:url';

/** The model that comes with the package. */
export const DEFAULT_MODEL = fileURLToPath(new URL('../../models/quept-small', import.meta.url));
