/** An answer as it came over the wire. */
export interface RecordedAnswer {
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** A `fetch` to be given to clients, which keeps a copy of all answers. */
export class RecordingFetch {
  readonly #answers: Promise<RecordedAnswer>[] = [];

  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const path = new URL(response.url).pathname;
    const contentType = response.headers.get('content-type')?.split(';')[0] ?? '';
    const copy = response.clone();
    this.#answers.push(
      copy.text().then(
        (text) => ({ path, status: response.status, contentType, text }),
        // The client went away in the middle: what it has not read is nobody's answer.
        () => ({ path, status: response.status, contentType, text: '' }),
      ),
    );
    return response;
  };

  answers(): Promise<RecordedAnswer[]> {
    return Promise.all(this.#answers);
  }
}
