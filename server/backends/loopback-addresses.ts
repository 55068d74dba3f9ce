/** Loopback addresses for Pods: one of 127.1.0.0/16 each, or 127.0.0.1 for all where there is no other. */
import { createServer } from 'node:net'
import { listen } from './listening-server'

/** `range` gives every Pod its own address and its real ports; `single` shares 127.0.0.1 on free ports. */
export type LoopbackMode = 'range' | 'single'

const FIRST = '127.1.0.1'
const HOST_COUNT = 254 * 256

/** Whether this system answers on more than 127.0.0.1; macOS, for one, does not unless told to. */
export async function detectLoopbackMode(): Promise<LoopbackMode> {
  const probe = createServer()
  try {
    await listen(probe, FIRST, 0)
    return 'range'
  } catch {
    return 'single'
  } finally {
    probe.close()
  }
}

/**
 * Hands out addresses in turn, so that a new Pod does not get the one its predecessor just left.
 * `startAt` spreads separate runtimes over the range; a taken port shows when listening.
 */
export function createAddressSequence(mode: LoopbackMode, startAt: number): () => string {
  let next = startAt % HOST_COUNT
  return () => {
    if (mode === 'single') return '127.0.0.1'
    const index = next
    next = (next + 1) % HOST_COUNT
    return `127.1.${Math.trunc(index / 254)}.${(index % 254) + 1}`
  }
}
