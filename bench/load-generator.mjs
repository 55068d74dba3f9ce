/**
 * Sends GETs over keep-alive connections for a time: as fast as they are answered, or at a fixed rate.
 * Told what to do by one message; reports requests, errors and latencies in milliseconds; `p99s` is the p99 of each whole second,
 * of the requests sent in it.
 */
import { connect } from 'node:net'
import { quantile } from './harness.mjs'

process.on('message', async (job) => process.send?.(await run(job)))
process.on('disconnect', () => process.exit(0))

function run({ host, port, connections, seconds, rate, hostname = 'backends.example' }) {
  const request = Buffer.from(
    `GET /bench HTTP/1.1\r\nHost: ${hostname}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
  )
  const latencies = []
  const bySecond = Array.from({ length: Math.floor(seconds) }, () => [])
  const idle = []
  const sockets = []
  let errors = 0
  let isOver = false

  const fire = (lane) => {
    lane.sentAt = performance.now()
    lane.socket.write(request)
  }
  const answered = (lane) => {
    const latency = performance.now() - lane.sentAt
    latencies.push(latency)
    bySecond[Math.floor((lane.sentAt - startedAt) / 1000)]?.push(latency)
    if (isOver) return
    if (rate > 0) idle.push(lane)
    else fire(lane)
  }
  const open = () => {
    const lane = { socket: connect({ host, port, noDelay: true }), sentAt: 0, needed: -1 }
    sockets.push(lane.socket)
    lane.socket.on('error', () => errors++)
    lane.socket.on('data', (bytes) => {
      if (lane.needed === -1) {
        const end = bytes.indexOf('\r\n\r\n')
        const head = bytes.toString('latin1', 0, end)
        if (!head.startsWith('HTTP/1.1 200')) errors++
        lane.needed = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      }
      lane.needed -= bytes.length
      if (lane.needed > 0) return
      lane.needed = -1
      answered(lane)
    })
    lane.socket.on('connect', () => (rate > 0 ? idle.push(lane) : fire(lane)))
  }
  for (let count = 0; count < connections; count++) open()

  const startedAt = performance.now()
  let due = 0
  const pacer = setInterval(() => {
    if (rate === 0) return
    const target = ((performance.now() - startedAt) / 1000) * rate
    for (; due < target; due++) {
      const lane = idle.shift()
      if (lane === undefined) break
      fire(lane)
    }
  }, 1)
  return new Promise((resolve) => {
    setTimeout(() => {
      isOver = true
      clearInterval(pacer)
      for (const socket of sockets) socket.destroy()
      resolve({
        requests: latencies.length,
        errors,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        p99s: bySecond.map((second) => quantile(second, 0.99)),
        seconds,
      })
    }, seconds * 1000)
  })
}
