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
  })
  return { details: { dashboard: dashboard.url }, stop: dashboard.stop }
}
