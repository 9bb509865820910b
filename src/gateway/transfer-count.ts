import type { DeviceTransfers } from '../engine/index.ts';

/** What has passed between host and device since it was asked for before. */
export class TransferCount {
  readonly #totals: () => DeviceTransfers;
  #taken: DeviceTransfers = { uploadedBytes: 0, downloadedBytes: 0 };

  /** @param totals since the start */
  constructor(totals: () => DeviceTransfers) {
    this.#totals = totals;
  }

  take(): DeviceTransfers {
    const before = this.#taken;
    this.#taken = this.#totals();
    return {
      uploadedBytes: this.#taken.uploadedBytes - before.uploadedBytes,
      downloadedBytes: this.#taken.downloadedBytes - before.downloadedBytes,
    };
  }
}
