/** GET …/pods/<name>/log. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { listAt, nameOf, objectAt, textAt, uidOf } from '../api/api-object'
import type { LogLine, PodAccess } from '../api/contracts'
import { LOG_BUFFER_BYTES_MAX, LOG_LINES_MAX } from '../api/limits'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, internal } from '../api/status-error'
import { type Answer, failed } from '../requests/answer'
import type { StreamSink } from '../requests/stream-sink'

interface LogOptions {
  readonly container: string
  readonly isFollowing: boolean
  readonly hasTimestamps: boolean
  readonly tailLines: number | undefined
  readonly limitBytes: number | undefined
  /** Epoch milliseconds; earlier lines are left out. */
  readonly since: number
}

/** The log of one container of a stored Pod, complete or followed. */
export function podLog(
  source: PodAccess | undefined,
  pod: JsonObject,
  query: URLSearchParams,
  now: number,
  onStop: (end: () => void) => () => void,
): Answer {
  const options = readLogOptions(pod, query, now)
  if (!options.ok) return failed(options.error)
  const { container, isFollowing } = options.value
  if (query.get('previous') === 'true') return failed(badRequest(noPrevious(pod, container)))
  const lines = source?.logs(uidOf(pod), container)
  if (source === undefined || lines === undefined)
    return failed(badRequest(waiting(pod, container)))
  if (!isFollowing) {
    const text = linesText(lines, options.value)
    return { is: 'text', code: 200, text, contentType: 'text/plain' }
  }
  return {
    is: 'stream',
    start: (sink) => follow(source, uidOf(pod), lines, options.value, sink, onStop),
  }
}

function noPrevious(pod: JsonObject, container: string): string {
  return `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(nameOf(pod))} not found`
}

/** Why there is no log yet, as the kubelet says it, or none at all. */
function waiting(pod: JsonObject, container: string): string {
  const name = `container ${JSON.stringify(container)} in pod ${JSON.stringify(nameOf(pod))}`
  const status = listAt(objectAt(pod, 'status'), 'containerStatuses')
    .filter(isJsonObject)
    .find((entry) => entry['name'] === container)
  const state = objectAt(status, 'state')
  const ended = textAt(objectAt(state, 'terminated'), 'message')
  if (ended !== '') return `${name} was not run and has no log: ${ended}`
  const reason = textAt(objectAt(state, 'waiting'), 'reason') || 'ContainerCreating'
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') {
    return `${name} is waiting to start: trying and failing to pull image`
  }
  return `${name} is waiting to start: ${reason}`
}

function readLogOptions(pod: JsonObject, query: URLSearchParams, now: number): Outcome<LogOptions> {
  const container = chooseContainer(pod, query.get('container') ?? '')
  if (!container.ok) return container
  const numbers = ['tailLines', 'limitBytes', 'sinceSeconds'].map((name) => query.get(name))
  if (numbers.some((value) => value !== null && !/^\d{1,15}$/.test(value))) {
    return failure(badRequest('tailLines, limitBytes and sinceSeconds must be whole numbers'))
  }
  const [tailLines, limitBytes, sinceSeconds] = numbers.map((value) =>
    value === null ? undefined : Number(value),
  )
  const sinceTime = Date.parse(query.get('sinceTime') ?? '')
  return success({
    container: container.value,
    isFollowing: query.get('follow') === 'true',
    hasTimestamps: query.get('timestamps') === 'true',
    tailLines,
    limitBytes,
    since: sinceSeconds === undefined ? sinceTime || 0 : now - sinceSeconds * 1000,
  })
}

function chooseContainer(pod: JsonObject, wanted: string): Outcome<string> {
  const containers = listAt(objectAt(pod, 'spec'), 'containers')
    .filter(isJsonObject)
    .map((entry) => textAt(entry, 'name'))
  const podName = nameOf(pod)
  if (wanted !== '') {
    return containers.includes(wanted)
      ? success(wanted)
      : failure(badRequest(`container ${wanted} is not valid for pod ${podName}`))
  }
  const [only] = containers
  if (only === undefined) return failure(internal(`pod ${podName} has no containers`))
  if (containers.length === 1) return success(only)
  return failure(
    badRequest(
      `a container name must be specified for pod ${podName}, choose one of: [${containers.join(' ')}]`,
    ),
  )
}

function linesText(lines: readonly LogLine[], options: LogOptions): string {
  const recent = lines.filter((line) => line.time >= options.since)
  const count = Math.min(options.tailLines ?? LOG_LINES_MAX, LOG_LINES_MAX)
  const tail = count === 0 ? [] : recent.slice(-count)
  const text = tail.map((line) => lineText(line, options)).join('')
  const { limitBytes } = options
  if (limitBytes === undefined) return text
  return Buffer.from(text).subarray(0, limitBytes).toString('utf8')
}

function lineText(line: LogLine, options: LogOptions): string {
  const time = options.hasTimestamps ? `${new Date(line.time).toISOString()} ` : ''
  return `${time}${line.text}\n`
}

function follow(
  source: PodAccess,
  uid: string,
  lines: readonly LogLine[],
  options: LogOptions,
  sink: StreamSink,
  onStop: (end: () => void) => () => void,
): void {
  sink.open('text/plain')
  let remaining = options.limitBytes ?? Number.POSITIVE_INFINITY
  const write = (text: string) => {
    const bytes = Buffer.from(text).subarray(0, Math.min(remaining, Buffer.byteLength(text)))
    remaining -= bytes.length
    sink.write(bytes)
    if (remaining <= 0) sink.end()
    else if (sink.writableLength > LOG_BUFFER_BYTES_MAX) sink.destroy()
  }
  const past = linesText(lines, options)
  if (past !== '') write(past)
  const unsubscribe = source.followLogs(uid, options.container, (line) => {
    if (remaining > 0) write(lineText(line, options))
  })
  // An open stream that stays silent would look like a container that says nothing.
  if (unsubscribe === undefined) {
    sink.end()
    return
  }
  const forget = onStop(() => sink.end())
  sink.onClose(() => {
    unsubscribe()
    forget()
  })
}
