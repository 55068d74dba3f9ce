import type { Config } from '../config'
import { createLogger } from '../log'
import { startTraffic } from '../traffic/start-traffic'
import type { RunningPlane } from './running-plane'

/** Starts the traffic plane; resolves once it listens. */
export async function runTraffic(config: Config): Promise<RunningPlane> {
  const traffic = await startTraffic({ port: config.trafficPort, logger: createLogger('traffic') })
  return { details: {}, stop: () => traffic.stop() }
}
