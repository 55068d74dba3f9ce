import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config'
import { startDashboard } from '../dashboard/start-dashboard'
import { projectRoot } from './project-root'
import type { RunningPlane } from './running-plane'

/** Starts the dashboard for this installation; resolves once it serves pages. */
export async function runDashboard(config: Config): Promise<RunningPlane> {
  const dashboard = await startDashboard({
    directory: projectRoot(dirname(fileURLToPath(import.meta.url))),
    host: config.dashboard.host,
    port: config.ports.dashboard,
    allowedHosts: config.dashboard.allowedHosts,
    readOnly: config.dashboard.readOnly,
    development: config.development,
    identity: {
      directory: config.dataDirectory,
      audience: [config.dataDirectory, config.kubeconfig, config.context].join(' '),
      person: { name: ownName(), groups: [] },
    },
  })
  return { details: { dashboard: dashboard.loginUrl }, stop: dashboard.stop }
}

/** The name of the user this process runs as; in a container it may have a number only. */
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
