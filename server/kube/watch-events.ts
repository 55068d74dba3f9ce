import type { IncomingMessage } from 'node:http'
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { asObject, KubeError, toKubernetesStatus } from './kube-error'
import {
  REQUEST_TIMEOUT_MS,
  WATCH_LINE_CHARACTERS_MAX,
  WATCH_OVERTIME_SECONDS,
  WATCH_SECONDS,
} from './limits'
import type { Cluster } from './load-cluster'
import { objectPath, toKubernetesObject } from './objects'
import { readText, toStatusError } from './transport'

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  /** Only a version to continue from. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface WatchOptions {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly resourceVersion: string
  readonly signal: AbortSignal
  /** Called once the server has accepted the watch. */
  readonly onOpen?: () => void
}

/**
 * The events after a version, until the server ends the watch. Throws `KubeError`: code `status` 410 when the version is too
 * old to continue from, `malformed` for a line that is not an event, `unreachable` when the server neither answers in time nor
 * ends the watch when its time is over — nothing is skipped in silence, and no silence is taken for peace.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function* watchEvents(
  cluster: Cluster,
  resource: ResourceKind,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void> {
  const patience = startPatience(options.signal)
  try {
    yield* readEvents(cluster, resource, { ...options, signal: patience.signal }, patience.extend)
  } catch (error) {
    throw patience.explain(error)
  } finally {
    patience.end()
  }
}

async function* readEvents(
  cluster: Cluster,
  resource: ResourceKind,
  options: WatchOptions,
  onHead: () => void,
): AsyncGenerator<WatchEvent, void> {
  const response = await cluster.transport.open({
    method: 'GET',
    path: objectPath(resource, options.namespace),
    query: {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      timeoutSeconds: WATCH_SECONDS,
    },
    signal: options.signal,
  })
  onHead()
  const status = response.statusCode ?? 0
  if (status !== 200) throw toStatusError(status, await readText(response))
  options.onOpen?.()
  try {
    for await (const line of readLines(response)) yield parseEvent(line)
  } finally {
    response.destroy()
  }
}

/** Gives up what has no head in time, or no end when its time is over. */
function startPatience(signal: AbortSignal) {
  const giveUp = new AbortController()
  let isOverdue = false
  const leave = () => giveUp.abort()
  const after = (milliseconds: number) =>
    setTimeout(() => {
      isOverdue = true
      giveUp.abort()
    }, milliseconds)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  let timer = after(REQUEST_TIMEOUT_MS)
  const end = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
  return {
    signal: giveUp.signal,
    extend() {
      clearTimeout(timer)
      timer = after((WATCH_SECONDS + WATCH_OVERTIME_SECONDS) * 1000)
    },
    explain: (error: unknown) =>
      isOverdue ? new KubeError('unreachable', 'The watch fell silent.', { cause: error }) : error,
    end,
  }
}

async function* readLines(response: IncomingMessage): AsyncGenerator<string, void> {
  let pending: string[] = []
  let length = 0
  response.setEncoding('utf8')
  try {
    for await (const chunk of response) {
      let start = 0
      const text = String(chunk)
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        const line = pending.join('') + text.slice(start, end)
        pending = []
        length = 0
        start = end + 1
        if (line.trim() !== '') yield line
      }
      pending.push(text.slice(start))
      length += text.length - start
      if (length > WATCH_LINE_CHARACTERS_MAX) {
        throw new KubeError('too-large', 'A watch event is larger than we read.')
      }
    }
  } catch (error) {
    if (error instanceof KubeError) throw error
    throw new KubeError('unreachable', 'The watch broke off.', { cause: error })
  }
}

function parseEvent(line: string): WatchEvent {
  const event = parseLine(line)
  const object = asObject(event?.['object'])
  const type = event?.['type']
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: toKubernetesObject(event?.['object']) }
    case 'BOOKMARK': {
      const version = asObject(object?.['metadata'])?.['resourceVersion']
      return { type, resourceVersion: typeof version === 'string' ? version : '' }
    }
    case 'ERROR': {
      const status = toKubernetesStatus(500, JSON.stringify(event?.['object']))
      throw new KubeError('status', status.message, { status })
    }
    default:
      throw new KubeError('malformed', 'The watch sent a line that is not an event.')
  }
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(line))
  } catch (error) {
    throw new KubeError('malformed', 'The watch sent a line that is not JSON.', { cause: error })
  }
}
