/** Validates, completes and reads manifests off the main thread, so that typing never waits; bundled by server/cli/build-workers.mjs. */
import { completeManifest } from '@/lib/completion/complete-manifest'
import { wishesFor } from '@/lib/gateway-api/wanted-schemas'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { editForm } from './edit-form'
import { mirrorPlaces } from './mirror-places'
import { parseOnce } from './parse-once'
import { readForm } from './route-form'
import { type ValidationContext, validateText } from './validate-text'
import type { FromWorker, ToWorker } from './validation-messages'
import { withSchemas } from './with-schemas'

let context: Omit<ValidationContext, 'stored'> = {
  schemas: [],
  unserved: [],
  facts: UNKNOWN_CLUSTER,
}

let last = { text: '', object: null as ValidationContext['stored'] }

/** The stored object; while somebody types it is the same text each time. */
function parsed(text: string): ValidationContext['stored'] {
  if (text !== last.text) last = { text, object: text === '' ? null : JSON.parse(text) }
  return last.object
}

function receive(message: ToWorker): FromWorker | undefined {
  switch (message.type) {
    case 'schemas':
      context = { ...context, ...withSchemas(context, message) }
      return undefined
    case 'facts':
      context = { ...context, facts: JSON.parse(message.facts) as ClusterFacts }
      return undefined
    case 'validate':
      try {
        const diagnostics = validateText(message, { ...context, stored: parsed(message.stored) })
        const objects = parseOnce(message.text).documents.map(({ object }) => object)
        const wishes = wishesFor(objects)
        return { type: 'validated', id: message.id, diagnostics, wishes, failure: '' }
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error)
        return { type: 'validated', id: message.id, diagnostics: [], wishes: [], failure }
      }
    case 'complete':
      return {
        type: 'completed',
        id: message.id,
        completion: completeManifest(message, context.facts),
      }
    case 'read-form':
      return {
        type: 'answered',
        id: message.id,
        answer: readForm(message.text, message.defaultNamespace),
      }
    case 'edit-form':
      return { type: 'answered', id: message.id, answer: editForm(message) }
    case 'find-mirrors':
      return { type: 'answered', id: message.id, answer: mirrorPlaces(message.text) }
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  const answer = receive(data)
  if (answer !== undefined) self.postMessage(answer)
}
