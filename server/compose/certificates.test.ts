/** A certificate from its Secret to a client's handshake, through every plane that has a part in it. */
import { expect, it, onTestFinished } from 'vitest'
import type { Gateway, KubernetesObject } from '@/lib/gateway-api/types'
import { eventually, freePort } from '../gateway/test-support/test-gateway'
import { connectTls, makeCertificate } from '../gateway/test-support/tls-client'
import type { Cluster } from '../kube/load-cluster'
import { apply, get, startTestCluster } from '../testing/start-cluster'

async function storeCertificate(cluster: Cluster, key?: string): Promise<string> {
  const made = await makeCertificate()
  const encode = (text: string) => Buffer.from(text).toString('base64')
  await apply(cluster, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace: 'default' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encode(made.certificate), 'tls.key': encode(key ?? made.privateKey) },
  } as KubernetesObject)
  return made.fingerprint
}

/** The HTTPS listener's condition as `status reason`, once it says so. */
async function untilListener(cluster: Cluster, type: string, says: string): Promise<void> {
  await eventually(`${type} ${says}`, async () => {
    const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
    const listener = status?.listeners?.find(({ name }) => name === 'https')
    const found = listener?.conditions.find((condition) => condition.type === type)
    return `${found?.status} ${found?.reason}` === says
  })
}

it('follows its Secret, without a connection dropped or a key in a status', async () => {
  const cluster = await startTestCluster()
  const port = await freePort()
  const { apiVersion, kind, spec } = await get<Gateway>(cluster, 'gateways', 'eg')
  const tls = { certificateRefs: [{ name: 'tls' }] }
  const https = { name: 'https', protocol: 'HTTPS', port, hostname: 'www.example.com', tls }
  await apply(cluster, {
    apiVersion,
    kind,
    metadata: { name: 'eg', namespace: 'default' },
    spec: { ...spec, listeners: [...spec.listeners, https] },
  } as KubernetesObject)
  await untilListener(cluster, 'ResolvedRefs', 'False InvalidCertificateRef')

  const first = await storeCertificate(cluster)
  await untilListener(cluster, 'Programmed', 'True Programmed')
  const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
  const [address = ''] = (status?.addresses?.[0]?.value ?? '').split(':')
  const target = { address, port }
  const open = await connectTls(target, 'www.example.com')
  onTestFinished(() => void open.socket.destroy())
  expect(open.fingerprint).toBe(first)
  const ask = async (times: number) => {
    open.send('GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n')
    const answers = () => open.received.split('HTTP/1.1 200 OK').length - 1
    await eventually(`answer ${times}`, () => answers() === times && open.received.endsWith('}'))
  }
  await ask(1)

  const second = await storeCertificate(cluster)
  await eventually('the new certificate', async () => {
    const next = await connectTls(target, 'www.example.com')
    next.socket.destroy()
    return next.fingerprint === second
  })
  await ask(2)

  // A key that belongs to another certificate.
  const { privateKey } = await makeCertificate()
  await storeCertificate(cluster, privateKey)
  await untilListener(cluster, 'ResolvedRefs', 'False InvalidCertificateRef')
  await expect(connectTls(target, 'www.example.com')).rejects.toThrow()
  await ask(3)
  const gateway = JSON.stringify(await get<Gateway>(cluster, 'gateways', 'eg'))
  expect(gateway).toContain('tls.key does not belong to tls.crt')
  expect(gateway).not.toContain('BEGIN')
})
