/** The least of an API client that a measurement needs: keep-alive over TLS with the kubeconfig's token. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { parse } from 'yaml'

export function connectionOf(kubeconfig, connections) {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'))
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  return {
    server,
    authorization: `Bearer ${users[0].user.token}`,
    agent: new Agent({
      keepAlive: true,
      maxSockets: connections,
      ca: Buffer.from(ca, 'base64'),
    }),
  }
}

/** Resolves with the response once its head is there. */
export function open({ server, authorization, agent }, method, path, { type, body } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { authorization, accept: 'application/json', 'user-agent': 'bench' }
    if (body !== undefined) {
      headers['content-type'] = type ?? 'application/json'
      headers['content-length'] = Buffer.byteLength(body)
    }
    const sent = request(`${server}${path}`, { method, agent, headers }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The whole answer; rejects when it is an error. */
export async function call(connection, method, path, options) {
  const response = await open(connection, method, path, options)
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${body}`)
  return body
}
