'use client'

import { useState } from 'react'
import { ManifestReview, type ReviewInput } from '@/components/editor/manifest-review'
import { ABSENT } from '@/components/editor/review-base'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { type EchoBackend, echoBackendManifest, serviceNameError } from './echo-template'

interface BackendDialogProps {
  initial: EchoBackend
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

/** Name, port and size of an echo backend → its three objects, reviewed and applied like any manifest. */
export function BackendDialog({ initial, onClose }: BackendDialogProps) {
  const [name, setName] = useState(initial.name)
  const [namespace, setNamespace] = useState(initial.namespace)
  const [port, setPort] = useState(String(initial.port))
  const [replicas, setReplicas] = useState(String(initial.replicas))
  const [isReviewing, setIsReviewing] = useState(false)
  const [base, setBase] = useState<ReviewInput['base']>(ABSENT)
  const errors = {
    name: serviceNameError(name),
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
            onClick={() => setIsReviewing(true)}
          >
            Review
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <TextField label="Name" value={name} error={errors.name} onChange={setName} />
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
