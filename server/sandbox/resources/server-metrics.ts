/** GET /metrics: the API server's own state as Prometheus text. Bounded: one row a resource beside the request metrics. */

import { VERSION_INFO } from '../api/kubernetes-version'
import { resourceKey } from '../api/names'
import { qualified } from '../api/status-error'
import type { Answer } from '../requests/answer'
import type { ServerContext } from '../requests/api-request'
import type { WatchHub } from '../storage/watch-hub'

/** Prometheus text format 0.0.4. */
export function metricsAnswer(context: ServerContext): Answer {
  const text = [
    ...context.metrics.lines(),
    ...storageLines(context),
    ...watchLines(context.hub),
    ...processLines(),
  ].join('\n')
  return {
    is: 'text',
    code: 200,
    text: `${text}\n`,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  }
}

function storageLines({ kinds, store }: ServerContext): string[] {
  const rows = kinds.storageKinds().map(({ resource }) => {
    const name = qualified(resource.plural, resource.group)
    return `apiserver_storage_objects{resource="${name}"} ${store.objects(resourceKey(resource)).size}`
  })
  return metric('apiserver_storage_objects', 'gauge', 'Objects stored, by resource.', rows)
}

/** What the watch hub counts. */
function watchLines(hub: WatchHub): string[] {
  const open = 'mirrorboard_sandbox_watch_subscriptions'
  const lost = 'mirrorboard_sandbox_watch_subscriptions_lost_total'
  return [
    ...metric(open, 'gauge', 'Open watches of clients and of the controllers inside.', [
      `${open} ${hub.count}`,
    ]),
    ...metric(lost, 'counter', 'Open watches that would have got no further event.', [
      `${lost} ${hub.lostSubscriptions}`,
    ]),
  ]
}

function processLines(): string[] {
  const { user, system } = process.cpuUsage()
  const started = performance.timeOrigin / 1000
  const value = (name: string, type: string, help: string, number: number) =>
    metric(name, type, help, [`${name} ${number}`])
  const { major, minor, gitVersion, platform } = VERSION_INFO
  const build = `major="${major}",minor="${minor}",git_version="${gitVersion}",platform="${platform}"`
  return [
    ...metric('kubernetes_build_info', 'gauge', 'The version of Kubernetes served.', [
      `kubernetes_build_info{${build}} 1`,
    ]),
    ...value(
      'process_cpu_seconds_total',
      'counter',
      'CPU time of the process, user and system.',
      (user + system) / 1e6,
    ),
    ...value(
      'process_resident_memory_bytes',
      'gauge',
      'Resident memory of the process.',
      process.memoryUsage.rss(),
    ),
    ...value(
      'process_start_time_seconds',
      'gauge',
      'When the process started, in seconds since 1970.',
      started,
    ),
  ]
}

function metric(name: string, type: string, help: string, rows: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...rows]
}
