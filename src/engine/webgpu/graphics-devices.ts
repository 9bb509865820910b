import { readdirSync } from 'node:fs';

const NODE = /^(?:nvidia\d+|renderD\d+|dxg)$/;

/**
 * Graphics devices that the system has, by name, whether WebGPU can use them or not: a look that costs nothing. Null on
 * systems that are not looked at.
 */
export function graphicsDevices(): readonly string[] | null {
  if (process.platform === 'darwin') return ['Metal'];
  if (process.platform !== 'linux') return null;
  return ['/dev', '/dev/dri'].flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => NODE.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
