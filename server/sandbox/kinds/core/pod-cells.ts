/** The row of a Pod in `kubectl get pods`, after printPod of k8s.io/kubernetes/pkg/printers/internalversion. */
import type { JsonObject } from '@/lib/shared/json'
import { numberAt, objectAt, objectsAt, stringAt } from './json-access'
import { ageOf, nameOf, timeSince } from './table-cells'

const NONE = '<none>'

/** Name, Ready, Status, Restarts, Age, and wide: IP, Node, Nominated Node, Readiness Gates. */
export function podCells(pod: JsonObject, now: number): readonly (string | number)[] {
  const spec = objectAt(pod, 'spec')
  const status = objectAt(pod, 'status')
  const containers = objectsAt(status, 'containerStatuses')
  const ready = containers.filter((container) => container['ready'] === true).length
  return [
    nameOf(pod),
    `${ready}/${objectsAt(spec, 'containers').length}`,
    statusOf(pod),
    restartsOf(containers, now),
    ageOf(pod, now),
    stringAt(status, 'podIP') || NONE,
    stringAt(spec, 'nodeName') || NONE,
    stringAt(status, 'nominatedNodeName') || NONE,
    readinessGatesOf(spec, status),
  ]
}

function statusOf(pod: JsonObject): string {
  const status = objectAt(pod, 'status')
  if (stringAt(objectAt(pod, 'metadata'), 'deletionTimestamp') !== '') return 'Terminating'
  let text = stringAt(status, 'reason') || stringAt(status, 'phase')
  let hasRunning = false
  for (const container of objectsAt(status, 'containerStatuses').reverse()) {
    const state = objectAt(container, 'state')
    const waiting = stringAt(objectAt(state, 'waiting'), 'reason')
    const terminated = objectAt(state, 'terminated')
    if (waiting !== '') text = waiting
    else if (terminated !== undefined) text = terminatedText(terminated)
    else if (container['ready'] === true && objectAt(state, 'running') !== undefined) {
      hasRunning = true
    }
  }
  if (text !== 'Completed' || !hasRunning) return text
  const conditions = objectsAt(status, 'conditions')
  const isReady = conditions.some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  )
  return isReady ? 'Running' : 'NotReady'
}

function terminatedText(terminated: JsonObject): string {
  const reason = stringAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal') ?? 0
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

function restartsOf(containers: readonly JsonObject[], now: number): string {
  let count = 0
  let last = ''
  for (const container of containers) {
    count += numberAt(container, 'restartCount') ?? 0
    const terminated = objectAt(objectAt(container, 'lastState'), 'terminated')
    const finishedAt = stringAt(terminated, 'finishedAt')
    if (finishedAt > last) last = finishedAt
  }
  return count === 0 || last === '' ? `${count}` : `${count} (${timeSince(last, now)} ago)`
}

function readinessGatesOf(spec: JsonObject | undefined, status: JsonObject | undefined): string {
  const gates = objectsAt(spec, 'readinessGates')
  if (gates.length === 0) return NONE
  const isTrue = new Set(
    objectsAt(status, 'conditions')
      .filter((condition) => condition['status'] === 'True')
      .map((condition) => stringAt(condition, 'type')),
  )
  const passed = gates.filter((gate) => isTrue.has(stringAt(gate, 'conditionType'))).length
  return `${passed}/${gates.length}`
}
