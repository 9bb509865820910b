import type { Streams } from './output.ts';

/** All of standard input as text; empty where there is none. */
export async function readStdin({ stdin }: Streams): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
