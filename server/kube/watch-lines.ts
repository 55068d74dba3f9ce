import type { KubernetesObject } from '@/lib/gateway-api/types'
import { KubeError } from './kube-error'
import { WATCH_LINE_BYTES_MAX } from './limits'

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubernetesObject
}

const NEWLINE = 0x0a

/** Splits a watch's body into its events. Throws a KubeError on a line that is no event or is too long. */
export async function* readWatchLines(stream: AsyncIterable<Buffer>): AsyncGenerator<WatchLine> {
  let pending: Buffer[] = []
  let pendingBytes = 0
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end))
      yield parseLine(Buffer.concat(pending).toString('utf8'))
      pending = []
      pendingBytes = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    pending.push(chunk.subarray(start))
    pendingBytes += chunk.length - start
    if (pendingBytes > WATCH_LINE_BYTES_MAX) {
      throw new KubeError('bad-answer', `A watch event is larger than ${WATCH_LINE_BYTES_MAX} bytes.`)
    }
  }
}

function parseLine(text: string): WatchLine {
  try {
    const line: unknown = JSON.parse(text)
    if (isWatchLine(line)) return line
  } catch (cause) {
    throw new KubeError('bad-answer', 'The watch sent a line that is no JSON.', { cause })
  }
  throw new KubeError('bad-answer', 'The watch sent a line that is no event.')
}

function isWatchLine(value: unknown): value is WatchLine {
  return typeof value === 'object' && value !== null && 'type' in value && 'object' in value
}
