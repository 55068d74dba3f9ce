/** A running part of this process: what it has to say at the start, and how to end it. */
export interface RunningPlane {
  readonly details: Readonly<Record<string, string>>
  stop(): Promise<void>
}
