/** What a plane's process tells its supervisor, over the IPC channel of `fork`. */
export type PlaneMessage =
  /** Details are printed at the end of the start: the kubeconfig's path, the gateway's address. */
  | { readonly type: 'ready'; readonly details: Readonly<Record<string, string>> }
  /** The process cannot start, for a reason a person can act on: one sentence. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'memory'; readonly residentBytes: number }

/** Narrows what came over the channel, which other code in the process may use too. */
export function isPlaneMessage(value: unknown): value is PlaneMessage {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  return value.type === 'ready' || value.type === 'failed' || value.type === 'memory'
}
