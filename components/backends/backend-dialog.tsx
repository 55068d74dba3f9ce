'use client'

import { useState } from 'react'
import { ABSENT } from '@/components/data/review-base'
import { useLiveList } from '@/components/data/use-live'
import { ManifestReview, type ReviewInput } from '@/components/review/manifest-review'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { nextFreeName } from '@/lib/shared/next-free-name'
import { type EchoBackend, echoBackendManifest, serviceNameError } from './echo-template'
import { existsText, takenNames } from './taken-names'

interface BackendDialogProps {
  initial: EchoBackend
  /** Whether the name is but a proposal, in place of which the next free one is as good. */
  isProposal?: boolean
  onClose: () => void
}

/** A new backend is not to be written over another of its name; its ServiceAccount may be there. */
const GUARDED = ['Service', 'Deployment']
const REPLICAS_MAX = 10
const PORT_MAX = 65_535

function wholeNumberError(text: string, max: number): string | undefined {
  const value = Number(text)
  const isGood = text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= max
  return isGood ? undefined : `A whole number from 1 to ${max}.`
}

/** The name as typed, until then the next that is free; and what has it already. */
function useBackendName(proposed: string, namespace: string, isProposal: boolean) {
  const [typed, setName] = useState<string | null>(null)
  const guarded = [
    { kind: 'Service', objects: useLiveList('services').objects },
    { kind: 'Deployment', objects: useLiveList('deployments').objects },
  ]
  const shared = [{ kind: 'ServiceAccount', objects: useLiveList('serviceaccounts').objects }]
  const free = nextFreeName(proposed, takenNames([...guarded, ...shared], namespace))
  const name = typed ?? (isProposal ? free : proposed)
  const inUse = existsText(shared, namespace, name)
  return {
    name,
    setName,
    exists: existsText(guarded, namespace, name),
    hint: inUse === undefined ? undefined : `${inUse} It is used as it is.`,
  }
}

/** Name, port and size of an echo backend → its three objects, reviewed and applied like any manifest. */
export function BackendDialog({ initial, isProposal = false, onClose }: BackendDialogProps) {
  const [namespace, setNamespace] = useState(initial.namespace)
  const { name, setName, exists, hint } = useBackendName(initial.name, namespace, isProposal)
  const [port, setPort] = useState(String(initial.port))
  const [replicas, setReplicas] = useState(String(initial.replicas))
  const [isReviewing, setIsReviewing] = useState(false)
  const [base, setBase] = useState<ReviewInput['base']>(ABSENT)
  const errors = {
    name: serviceNameError(name) ?? exists,
    namespace: serviceNameError(namespace),
    port: wholeNumberError(port, PORT_MAX),
    replicas: wholeNumberError(replicas, REPLICAS_MAX),
  }
  const isValid = Object.values(errors).every((error) => error === undefined)
  const manifest = echoBackendManifest({
    name,
    namespace,
    port: Number(port),
    replicas: Number(replicas),
  })
  const review = () => {
    // What is applied must not become another object once the first is there.
    setName(name)
    setIsReviewing(true)
  }
  if (isReviewing) {
    return (
      <ManifestReview
        input={{ manifest, base, guarded: GUARDED }}
        onClose={() => setIsReviewing(false)}
        onApplied={onClose}
        onRebase={() => setBase(undefined)}
      />
    )
  }
  return (
    <Modal
      onClose={onClose}
      title="New backend"
      description="An echo server: it answers with the request it got, which shows what reached it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabledReason={isValid ? undefined : 'Correct the fields first'}
            onClick={review}
          >
            Review
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <TextField label="Name" value={name} error={errors.name} hint={hint} onChange={setName} />
        <TextField
          label="Namespace"
          value={namespace}
          error={errors.namespace}
          onChange={setNamespace}
        />
        <TextField
          label="Port"
          inputMode="numeric"
          value={port}
          error={errors.port}
          onChange={setPort}
        />
        <TextField
          label="Replicas"
          inputMode="numeric"
          value={replicas}
          error={errors.replicas}
          onChange={setReplicas}
        />
      </div>
      <ScrollRegion
        label="Manifest"
        className="mt-3 max-h-80 overflow-auto rounded-md border border-line bg-sunken p-3"
      >
        {isValid ? (
          <pre className="font-mono text-xs leading-5">{manifest}</pre>
        ) : (
          <p className="text-muted">The manifest is shown here once the fields are valid.</p>
        )}
      </ScrollRegion>
    </Modal>
  )
}
