import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { gatewayApiDefinitions, startTestSandbox } from '../testing/start-sandbox'

const ROUTES = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes'

test('the quickstart comes once: what a person deletes stays deleted', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-door-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const options = { dataDirectory, crds: await gatewayApiDefinitions(), hasQuickstart: true }
  const first = await startTestSandbox(options)
  const { items } = (await first.json('GET', ROUTES)).body
  expect(items).toHaveLength(1)
  await first.json('DELETE', `${ROUTES}/${items[0].metadata.name}`)
  await first.stop()
  const second = await startTestSandbox(options)
  expect((await second.json('GET', ROUTES)).body.items).toEqual([])
  await second.stop()
})

test('a start that fails lets go of the data', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-door-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  // Without the Gateway API's definitions there is nothing to store the quickstart's Gateway in.
  await expect(startTestSandbox({ dataDirectory, hasQuickstart: true })).rejects.toThrow(
    'The quickstart has a kind the sandbox does not know: GatewayClass.',
  )
  const next = await startTestSandbox({ dataDirectory })
  expect((await next.json('GET', '/api/v1/namespaces')).status).toBe(200)
  await next.stop()
})

test('a token file brings people, and a line of it that cannot be read ends the start by its number', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-door-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const tokenFile = join(dataDirectory, 'tokens.csv')
  await (await startTestSandbox({ dataDirectory, tokenFile })).stop()
  await writeFile(tokenFile, 'secret,ann,1,devs\n')
  const sandbox = await startTestSandbox({ dataDirectory, tokenFile })
  const headers = { authorization: 'Bearer secret' }
  expect((await sandbox.send('/api/v1/namespaces', { headers })).status).toBe(200)
  await sandbox.stop()
  await writeFile(tokenFile, 'secret\n')
  await expect(startTestSandbox({ dataDirectory, tokenFile })).rejects.toThrow(
    `cannot start: ${tokenFile}, line 1 lacks a token`,
  )
})
