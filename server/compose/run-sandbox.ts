/** The embedded cluster: API server, workload controllers and the Pods' runtime, in one process. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { startPodRuntime } from '../backends/pod-runtime'
import type { Config } from '../config'
import { createLogger } from '../log'
import { type Sandbox, startSandbox } from '../sandbox/sandbox'
import { gatewayApiDefinitions } from './gateway-api-definitions'
import type { RunningPlane } from './running-plane'
import {
  lastPort,
  readOrCreateCertificate,
  readOrCreateToken,
  writeKubeconfig,
} from './sandbox-access'

/** Pods that are not up by then do not hold the start; kubectl and the pages show what they wait for. */
const SETTLE_MS_MAX = 3_000

/**
 * Garbage is collected when the heap is this many percent larger than what was in use last time. V8's own choice under many
 * writes, up to four times as large, costs 90 MB more and no less time.
 */
const HEAP_GROWTH_PERCENT = 75

/** Starts API server, controllers and Pods, writes the kubeconfig, and on the first start the quickstart objects. */
export async function runSandbox(config: Config): Promise<RunningPlane> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  const logger = createLogger('sandbox')
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const token = readOrCreateToken(config.dataDirectory)
  const tls = await readOrCreateCertificate(config.dataDirectory, Date.now())
  const runtime = await startPodRuntime({ logger: createLogger('backends') })
  const sandbox = await startOnUsualPort(config, (port) =>
    startSandbox({
      dataDirectory: join(config.dataDirectory, 'cluster'),
      port,
      token,
      tokenFile: join(config.dataDirectory, 'tokens.csv'),
      isRbacEnabled: config.sandboxRbac,
      tls,
      runtime,
      crds: gatewayApiDefinitions(),
      hasQuickstart: true,
      logger,
    }),
  )
  const kubeconfig = writeKubeconfig(config.dataDirectory, {
    server: sandbox.url,
    token,
    certificate: tls.cert,
  })
  await Promise.race([sandbox.settled(), delay(SETTLE_MS_MAX, undefined, { ref: false })])
  return {
    details: { kubeconfig },
    stop: async () => {
      await sandbox.stop()
      await runtime.stop()
    },
  }
}

/** A port asked for must be had; the remembered one only should be, so that terminals with the kubeconfig go on. */
async function startOnUsualPort(
  config: Config,
  start: (port: number) => Promise<Sandbox>,
): Promise<Sandbox> {
  if (config.ports.sandbox !== 0) return await start(config.ports.sandbox)
  const usual = lastPort(config.dataDirectory)
  try {
    return await start(usual)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (usual === 0 || !isTaken) throw error
    return await start(0)
  }
}
