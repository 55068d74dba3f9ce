/**
 * Requests and what a kube-apiserver 1.33.5 answered to them, asked again in the same order: of the sandbox, or of the cluster
 * that MIRRORBOARD_TEST_KUBECONFIG names. `testdata/recorded-answers.json` holds one step a line. They were recorded while no
 * controllers ran, which would act between the steps; MIRRORBOARD_TEST_CONTROLLERS=none says that this is so again.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  CLUSTER_NAME,
  type ContractCluster,
  OUTSIDE,
  startContractCluster,
} from '../testing/contract-cluster'
import { normalAnswer } from '../testing/normal-answer'
import type { KubeRequest } from './transport'

interface Step {
  /** Absent for a step that only prepares the next ones. */
  readonly name?: string
  readonly method: KubeRequest['method']
  /** With `{ns}` for the namespace. */
  readonly path: string
  /** With `{ns}`, and `{rv}` for the resourceVersion of the last object seen. */
  readonly body?: unknown
  /** A body that no JSON object can stand for. */
  readonly text?: string
  readonly type?: string
  readonly status?: number
  /** Texts of the Warning headers, where they are looked at. */
  readonly warnings?: readonly string[]
  /** Whether the answer is recorded with its managedFields, where not all of the story are. */
  readonly owners?: boolean
  readonly answer?: unknown
}

const stories: Record<string, readonly Step[]> = JSON.parse(
  readFileSync(new URL('testdata/recorded-answers.json', import.meta.url), 'utf8'),
)
/** The stories whose answers are recorded with managedFields. */
const OWNERS_STORIES = ['server-side apply', 'nulls and status endpoints']
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const WIDGETS = `${DEFINITIONS}/widgets.contract.example`

const hasControllers =
  OUTSIDE !== undefined && process.env['MIRRORBOARD_TEST_CONTROLLERS'] !== 'none'
const why = hasControllers ? ' (skipped without MIRRORBOARD_TEST_CONTROLLERS=none)' : ''

describe.skipIf(hasControllers)(`recorded answers of ${CLUSTER_NAME}${why}`, () => {
  let contract: ContractCluster
  let version = '0'
  beforeAll(async () => {
    contract = await startContractCluster({ hasControllers: false })
    await contract.send('DELETE', WIDGETS)
    await until('GET', WIDGETS, 404)
    await contract.send('POST', DEFINITIONS, widgetDefinition())
    await until('GET', `/apis/contract.example/v1/namespaces/${contract.namespace}/widgets`, 200)
  }, 90_000)
  afterAll(async () => {
    await contract.send('DELETE', WIDGETS)
    await contract.stop()
  })

  const until = (method: KubeRequest['method'], path: string, status: number) =>
    vi.waitFor(async () => expect((await contract.send(method, path)).status).toBe(status), {
      timeout: 30_000,
    })

  async function ask(step: Step, keepsOwners = false) {
    const body = (step.text ?? JSON.stringify(step.body))
      ?.replaceAll('{ns}', contract.namespace)
      .replaceAll('{rv}', version)
    const answer = await contract.send(
      step.method,
      step.path.replaceAll('{ns}', contract.namespace),
      body === undefined ? undefined : Buffer.from(body),
      step.type,
    )
    const { name, resourceVersion } = answer.body?.metadata ?? {}
    if (name !== undefined && resourceVersion !== undefined) version = resourceVersion
    return {
      status: answer.status,
      ...(step.warnings === undefined ? {} : { warnings: answer.warnings }),
      answer: normalAnswer(answer.body, contract.namespace, keepsOwners),
    }
  }

  describe.each(Object.entries(stories))('%s', (story, steps) => {
    for (const [index, step] of steps.entries()) {
      if (step.name === undefined) continue
      const preparations = steps.slice(previousNamed(steps, index) + 1, index)
      test(step.name, async () => {
        for (const preparation of preparations) await ask(preparation)
        const { status, warnings } = step
        expect(await ask(step, step.owners ?? OWNERS_STORIES.includes(story))).toEqual({
          status,
          ...(warnings === undefined ? {} : { warnings }),
          answer: step.answer,
        })
      })
    }
  })
})

function previousNamed(steps: readonly Step[], before: number): number {
  for (let index = before - 1; index >= 0; index -= 1) {
    if (steps[index]?.name !== undefined) return index
  }
  return -1
}

/** A kind with every sort of list and map, a set of rules, and all subresources. */
function widgetDefinition() {
  const path = new URL('testdata/widget-definition.json', import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8'))
}
