import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What has passed between host and device since the start, bytes. */
export interface DeviceTransfers {
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Runs sessions and counts what their inputs and outputs carry from and to the host. */
export class TransferMeter {
  #uploadedBytes = 0;
  #downloadedBytes = 0;

  /**
   * Runs `session`. Outputs that `fetches` binds to tensors are written there; null has them come to the host.
   *
   * Counted are all inputs and outputs whose data is the host's. Some of these inputs steer the graph and never leave
   * the host, so what is counted is no less than what moves.
   */
  async run(
    session: InferenceSession,
    feeds: Tensors,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Tensors> {
    const results = (await session.run(feeds, fetches)) as Tensors;
    this.#uploadedBytes += hostBytes(feeds);
    this.#downloadedBytes += hostBytes(results);
    return results;
  }

  totals(): DeviceTransfers {
    return { uploadedBytes: this.#uploadedBytes, downloadedBytes: this.#downloadedBytes };
  }
}

function hostBytes(tensors: Tensors): number {
  return Object.values(tensors).reduce((sum, tensor) => {
    const data = tensor.location === 'cpu' ? tensor.data : [];
    return sum + ('byteLength' in data ? data.byteLength : 0);
  }, 0);
}
