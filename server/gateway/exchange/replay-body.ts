/** A request body as sent so far, kept while it is small enough to be sent again. */
export class ReplayBody {
  /** Null once it is too large, or must not be sent again. */
  chunks: Buffer[] | null = []
  private bytes = 0
  private readonly bytesMax: number

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get isKept(): boolean {
    return this.chunks !== null
  }

  hold(bytes: Buffer): void {
    this.bytes += bytes.length
    if (this.bytes > this.bytesMax) this.forget()
    else this.chunks?.push(bytes)
  }

  /** Keeps bytes of a client that is being held back: at most what had been read already. */
  holdAll(bytes: Buffer): void {
    this.chunks?.push(bytes)
  }

  forget(): void {
    this.chunks = null
  }
}
