import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { type GatewayPlane, startGateway } from '../start-gateway'
import { sendMany } from '../test-support/load'
import { brokenIdentities, readSamples, total } from '../test-support/metrics-reader'
import { startHttpPeer } from '../test-support/peers'
import { cluster, listener, mirror, route, rule, table } from '../test-support/route-tables'
import { connectRaw, eventually, freePort } from '../test-support/test-gateway'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start() {
  const plane = await startGateway({
    workers: 2,
    workerEntry: {
      file: fileURLToPath(new URL('./gateway-worker.ts', import.meta.url)),
      execArgv: ['--import', 'tsx'],
    },
    metrics: { host: '127.0.0.1', port: 0 },
    limits: { drainMs: 2_000, workerRestartMinMs: 50, capturesPerSecondMax: 10_000 },
    logger: SILENT,
  })
  closers.push(() => plane.stop())
  const [primary, shadow] = [await startHttpPeer(), await startHttpPeer()]
  closers.push(
    () => primary.close(),
    () => shadow.close(),
  )
  const port = await freePort()
  const first = table({
    listeners: [listener(port)],
    routes: [route('r', [rule({ mirrors: [mirror('shadow', 0.5)] })])],
    clusters: { primary: cluster(primary.port), shadow: cluster(shadow.port) },
  })
  const { gateways } = await plane.publish(first)
  return { plane, primary, address: gateways[0]?.address?.value ?? '', port, table: first }
}

/** The same with a mirror that gets every request; `calibrate` begins a calibration, `repeats` counts those that ended. */
async function startCalibrated() {
  const { plane, primary, table: first, ...target } = await start()
  const calibrate = (calibration: { readonly id: string; readonly requests: number }) => {
    const settings = { 'mirrorboard.dev/calibration': JSON.stringify(calibration) }
    const routes = first.routes.map((known) => ({ ...known, settings }))
    const listeners = first.gateways[0]?.listeners ?? []
    return plane.publish(table({ ...first, listeners, routes }))
  }
  const repeats = async () => total(await scrape(plane), GATEWAY_METRICS.calibrationRequests)
  return { plane, primary, calibrate, repeats, ...target }
}

async function scrape(plane: GatewayPlane) {
  return readSamples(await (await fetch(plane.metricsUrl)).text())
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

describe('worker processes', () => {
  it('show the same hash for the same secret, and hand over what all of them captured', async () => {
    const { plane, table: first, ...target } = await start()
    const settings = { 'mirrorboard.dev/comparison': '{"percent":100}' }
    const routes = first.routes.map((known) => ({ ...known, settings }))
    await plane.publish(table({ ...first, listeners: first.gateways[0]?.listeners ?? [], routes }))
    await sendMany(target, 60, 12, {
      headers: { Authorization: 'Bearer planted-secret' },
    })
    const lines: string[] = []
    await eventually('captures', async () => {
      const answer = await fetch(plane.metricsUrl.replace('/metrics', '/exchanges'))
      // What the rule was asked for comes along with what was captured.
      const isPair = (line: string) => line.includes('"primary":')
      lines.push(...(await answer.text()).split('\n').filter(isPair))
      return lines.length >= 20
    })
    const shown = lines.map((line) => /\["authorization","([^"]*)"\]/.exec(line)?.[1])
    expect(new Set(shown).size).toBe(1)
    expect(shown[0]).toMatch(/^\[redacted [0-9a-f]{12}\]$/)
    expect(lines.join()).not.toContain('planted-secret')
  })

  it('finish a calibration that only one of them gets traffic for, and never begin it anew', async () => {
    const { plane, calibrate, repeats, ...target } = await startCalibrated()
    await calibrate({ id: 'one', requests: 40 })
    await eventually('the repeats', async () => {
      // One connection is one worker's.
      await sendMany(target, 50, 1)
      return (await repeats()) >= 40
    })
    const before = plane.workerProcessIds
    for (const processId of before) process.kill(processId, 'SIGKILL')
    await eventually('replacements', () => {
      const now = plane.workerProcessIds
      return now.length === 2 && !now.some((processId) => before.includes(processId))
    })
    await eventually('answers', async () => {
      const { statuses } = await sendMany(target, 50, 8)
      return statuses.get(200) === 50
    })
    await sendMany(target, 200, 8)
    expect(await repeats()).toBe(40)
  })

  it('repeat together what was asked for, when one dies amid a calibration as well', async () => {
    const { plane, primary, calibrate, repeats, ...target } = await startCalibrated()
    await calibrate({ id: 'whole', requests: 100 })
    await eventually('the repeats', async () => {
      await sendMany(target, 200, 16)
      return (await repeats()) >= 100
    })
    await sendMany(target, 200, 16)
    expect(await repeats()).toBe(100)

    await calibrate({ id: 'broken', requests: 400 })
    const before = primary.requests.length
    let sent = 300
    const sending = sendMany(target, sent, 16)
    await eventually('some of them', () => primary.requests.length > before + 100)
    process.kill(plane.workerProcessIds[0] ?? 0, 'SIGKILL')
    await sending
    const repeated = () => primary.requests.length - before - sent
    // What was under way in the dead worker may not have reached the backend: two for each connection, at most.
    await eventually('the rest', async () => {
      sent += 200
      await sendMany(target, 200, 16)
      return repeated() >= 400 - 2 * 16
    })
    sent += 400
    await sendMany(target, 400, 16)
    expect(repeated()).toBeLessThanOrEqual(400)
  })

  it('lose nothing they captured when they answer late', async () => {
    const { plane, table: first, ...target } = await start()
    const settings = { 'mirrorboard.dev/comparison': '{"percent":100}' }
    const routes = first.routes.map((known) => ({ ...known, settings }))
    await plane.publish(table({ ...first, listeners: first.gateways[0]?.listeners ?? [], routes }))
    await sendMany(target, 20, 4)
    const ids: string[] = []
    const fetchAll = async () => {
      const answer = await fetch(plane.metricsUrl.replace('/metrics', '/exchanges'))
      for (const [, id = ''] of (await answer.text()).matchAll(/^\{"id":"([^"]*)"/gm)) ids.push(id)
    }
    for (const processId of plane.workerProcessIds) process.kill(processId, 'SIGSTOP')
    await fetchAll()
    expect(ids).toEqual([])
    for (const processId of plane.workerProcessIds) process.kill(processId, 'SIGCONT')
    const captured = async () =>
      total(await scrape(plane), GATEWAY_METRICS.captures, { outcome: 'captured' })
    await eventually('what was captured', async () => {
      await fetchAll()
      return ids.length > 0 && ids.length === (await captured())
    })
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('share one socket and are summed in one scrape', async () => {
    const { plane, ...target } = await start()
    expect(plane.workerProcessIds).toHaveLength(2)
    const { statuses } = await sendMany(target, 1_000, 24)
    expect([...statuses]).toEqual([[200, 1_000]])
    const samples = await scrape(plane)
    expect(brokenIdentities(samples)).toEqual([])
    expect(total(samples, GATEWAY_METRICS.requests)).toBe(1_000)
    const mirrored = total(samples, GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })
    expect(Math.abs(mirrored - 500)).toBeLessThanOrEqual(6)
  })

  it('are replaced when they die: what they counted stays, and the new one serves', async () => {
    const { plane, ...target } = await start()
    await sendMany(target, 200, 8)
    expect(total(await scrape(plane), GATEWAY_METRICS.requests)).toBe(200)
    const [victim = 0] = plane.workerProcessIds
    process.kill(victim, 'SIGKILL')
    await eventually('a replacement', () => {
      return plane.workerProcessIds.length === 2 && !plane.workerProcessIds.includes(victim)
    })
    // Its port is opened a moment after it starts; connections meanwhile go to the other worker.
    const { statuses } = await sendMany(target, 200, 8)
    expect([...statuses]).toEqual([[200, 200]])
    const samples = await scrape(plane)
    expect(total(samples, GATEWAY_METRICS.requests)).toBe(400)
    expect(brokenIdentities(samples)).toEqual([])
    // The other may be killed as well: by then the new one must be serving.
    const other = plane.workerProcessIds.find((processId) => isAlive(processId)) ?? 0
    expect(other).toBeGreaterThan(0)
  })

  it('forget a mirror that is gone all at once, also what a dead worker had counted', async () => {
    const { plane, table: first, ...target } = await start()
    await sendMany(target, 200, 8)
    expect(total(await scrape(plane), GATEWAY_METRICS.mirrorOffered)).toBe(200)
    const [victim = 0] = plane.workerProcessIds
    process.kill(victim, 'SIGKILL')
    await eventually('a replacement', () => {
      return plane.workerProcessIds.length === 2 && !plane.workerProcessIds.includes(victim)
    })
    await plane.publish({ ...first, version: 2, routes: [route('r', [rule()])] })
    // Before any further request: a sum that lost a part only would look like a restarted counter.
    const samples = await scrape(plane)
    expect(samples.filter(({ labels }) => 'mirror' in labels)).toEqual([])
    expect(total(samples, GATEWAY_METRICS.requests)).toBe(200)
  })

  it('serve each new table, of which only what changed is sent, without a failed request', async () => {
    const { plane, table: first, ...target } = await start()
    const attached = (hostname: string) => ({
      attachments: [{ gateway: 'default/eg' as const, listener: 'http', hostnames: [hostname] }],
    })
    let isSending = true
    const loading = (async () => {
      const all = new Map<number, number>()
      while (isSending) {
        const { statuses } = await sendMany(target, 200, 8)
        for (const [status, count] of statuses) all.set(status, (all.get(status) ?? 0) + count)
      }
      return all
    })()
    const statusOf = async (host: string) => {
      const client = await connectRaw(target.address, target.port)
      client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return Number((await client.closed()).slice(9, 12))
    }
    for (let count = 1; count <= 20; count++) {
      const others = [0, 1, 2]
        .filter((name) => name !== count % 3)
        .map((name) => {
          return route(
            `o${name}`,
            [rule({ fixedStatus: 500 + name })],
            attached(`o${name}.example`),
          )
        })
      const routes = count % 2 === 0 ? [...first.routes, ...others] : [...others, ...first.routes]
      await plane.publish({ ...first, version: first.version + count, routes })
      const hosts = await Promise.all([0, 1, 2].map((name) => statusOf(`o${name}.example`)))
      expect(hosts).toEqual([0, 1, 2].map((name) => (name === count % 3 ? 200 : 500 + name)))
    }
    isSending = false
    expect([...(await loading).keys()]).toEqual([200])
  })

  it('report an address that does not exist, and another is found', async () => {
    const { plane, table: first, port } = await start()
    const { gateways } = await plane.publish({
      ...first,
      gateways: [
        { key: 'default/other', requestedAddress: '203.0.113.7', listeners: [listener(port)] },
      ],
    })
    expect(gateways[0]?.address?.value).toMatch(/^127\./)
  })

  it('end with the gateway', async () => {
    const { plane, ...target } = await start()
    const processIds = plane.workerProcessIds
    await sendMany(target, 10, 2)
    await plane.stop()
    await eventually('the workers ending', () => !processIds.some(isAlive))
    closers.splice(0, 1)
  })
})
