/** Id of a call: unique in the server as the answer's own is, whose prefix it replaces. */
export function callId(answerId: string, choice: number, index: number): string {
  return `call_${answerId.replace(/^[a-z]+[-_]/, '')}_${choice}_${index}`;
}
