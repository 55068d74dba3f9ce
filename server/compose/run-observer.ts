import { join } from 'node:path'
import type { Config } from '../config'
import { createLogger } from '../log'
import { startObserver } from '../observer/start-observer'
import type { RunningPlane } from './running-plane'

/** Starts the observer on the metrics of this installation's gateway, or on those the configuration names. */
export async function runObserver(config: Config): Promise<RunningPlane> {
  const observer = await startObserver({
    metricsUrls: [config.metricsUrl ?? `http://127.0.0.1:${config.metricsPort}/metrics`],
    storeDirectory: join(config.dataDirectory, 'series'),
    port: config.observerPort,
    logger: createLogger('observer'),
  })
  return { details: {}, stop: () => observer.stop() }
}
