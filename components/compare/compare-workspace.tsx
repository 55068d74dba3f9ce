'use client'

import { Download, RotateCcw, Settings2, Waves } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { useReadOnlyReason } from '@/components/data/access'
import { useResetComparison, useSnapshot } from '@/components/data/comparison'
import { useServers } from '@/components/data/implementations'
import { plural } from '@/components/format/numbers'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button, buttonClass } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { assess } from '@/lib/comparison/assess'
import { type AssessedGroup, headerOf } from '@/lib/comparison/assess-groups'
import { settingsOr, withIgnored } from '@/lib/comparison/route-settings'
import { COMPARISON_ANNOTATION, judgeRules } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { ComparisonListItem } from '@/lib/dashboard-api/comparison'
import { page } from '@/lib/dashboard-api/paths'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { abilityOf, lackText } from '@/lib/implementations/route-capabilities'
import { CalibrateDialog, suggestedRepeats } from './calibrate-dialog'
import { ComparisonView } from './comparison-view'
import { useEvidenceDownload } from './evidence-download'
import { filterLink, PairActions } from './pair-actions'
import { PairSourceProvider } from './pair-source'
import { SettingsDialog } from './settings-dialog'

type Changes = Readonly<Record<string, string | null>>

interface ToolbarProps {
  route: HTTPRoute
  comparison: ComparisonListItem | undefined
  chooser: ReactNode
  onDialog: (dialog: 'settings' | 'calibrate' | 'reset') => void
  onDownload: (() => void) | undefined
}

function Toolbar({ route, comparison, chooser, onDialog, onDownload }: ToolbarProps) {
  const { namespace = '', name } = route.metadata
  const noPairs = comparison === undefined ? 'There are no pairs yet' : undefined
  const ability = abilityOf(useServers(route), 'calibration')
  const cannotRepeat = ability.of === 'none' ? lackText(ability, 'calibration') : undefined
  return (
    <div className="flex flex-wrap items-center gap-2">
      {comparison === undefined ? null : (
        <Chip tone="mirror" className="max-w-full rounded-xl! break-words whitespace-normal!">
          <Link href={filterLink(namespace, name, comparison.rule, comparison.filterIndex)}>
            {comparison.primaryBackends.join(', ')} → {comparison.mirrorBackend}
          </Link>
        </Chip>
      )}
      {chooser}
      <span className="ml-auto flex flex-wrap gap-2">
        <Button
          icon={<Waves size={14} aria-hidden />}
          disabledReason={cannotRepeat}
          onClick={() => onDialog('calibrate')}
        >
          Measure noise
        </Button>
        <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => onDialog('settings')}>
          Settings
        </Button>
        <Button
          icon={<RotateCcw size={14} aria-hidden />}
          disabledReason={noPairs}
          onClick={() => onDialog('reset')}
        >
          Reset comparison
        </Button>
        <Link href={page.evidence()} className={buttonClass({ variant: 'ghost' })}>
          Open a file
        </Link>
        <Button
          icon={<Download size={14} aria-hidden />}
          disabledReason={onDownload === undefined ? noPairs : undefined}
          onClick={onDownload}
        >
          Save evidence
        </Button>
      </span>
    </div>
  )
}

function NoPairs({ route }: { route: HTTPRoute }) {
  const { namespace = '', name } = route.metadata
  const { percent } = settingsOr(route)
  return (
    <EmptyState
      title="No pairs yet"
      action={
        <Link
          href={`${page.route(namespace, name)}?send=1`}
          className={buttonClass({ variant: 'primary' })}
        >
          Send traffic
        </Link>
      }
    >
      {percent === undefined ? 'Mirrored requests' : `${percent} % of the mirrored requests`} are
      captured. As soon as both sides have answered one, the two answers are compared here.
    </EmptyState>
  )
}

function ResetDialog({ route, onClose }: { route: HTTPRoute; onClose: () => void }) {
  const reset = useResetComparison()
  const readOnly = useReadOnlyReason()
  return (
    <Modal
      onClose={onClose}
      width="sm"
      title="Reset the comparison?"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            disabledReason={readOnly}
            onClick={() => reset.mutate(keyOf(route), { onSuccess: onClose })}
          >
            Delete and reset
          </Button>
        </>
      }
    >
      <p className="text-pretty">
        Every pair and count of this route is deleted, the measured noise included. Do this when the
        mirror runs another version: evidence about the former version says nothing about the new
        one.
      </p>
      {reset.error === null ? null : <Notice tone="bad">{reset.error.message}</Notice>}
    </Modal>
  )
}

interface JudgedProps {
  route: HTTPRoute
  snapshot: ComparisonSnapshot
  onIgnore: (group: AssessedGroup) => void
  onMeasure: () => void
}

function Judged({ route, snapshot, onIgnore, onMeasure }: JudgedProps) {
  const rules = judgeRules(settingsOr(route))
  return (
    <PairSourceProvider value={{ from: 'api', key: snapshot }}>
      <ComparisonView
        snapshot={snapshot}
        assessment={assess(snapshot, rules)}
        level={rules.thresholds.level}
        onIgnore={onIgnore}
        onMeasure={onMeasure}
        pairActions={(exchange) => <PairActions exchange={exchange} route={route} />}
      />
    </PairSourceProvider>
  )
}

type OpenDialog = 'settings' | 'calibrate' | 'reset' | Changes

interface DialogsProps {
  route: HTTPRoute
  dialog: OpenDialog
  snapshot: ComparisonSnapshot | undefined
  onClose: () => void
}

function Dialogs({ route: live, dialog, snapshot, onClose: close }: DialogsProps) {
  // As of the opening: a form that was filled from it must not be written over what came since.
  const [route] = useState(live)
  if (dialog === 'reset') return <ResetDialog route={route} onClose={close} />
  const settings = settingsOr(route)
  if (dialog === 'settings') {
    return (
      <SettingsDialog
        route={route}
        settings={{ percent: 100, ...settings }}
        snapshot={snapshot}
        onClose={close}
      />
    )
  }
  if (dialog === 'calibrate') {
    const groups = snapshot === undefined ? [] : assess(snapshot, judgeRules(settings)).groups
    return (
      <CalibrateDialog
        route={route}
        suggested={suggestedRepeats(groups, snapshot?.calibrationPairs ?? 0)}
        onClose={close}
      />
    )
  }
  return <AnnotationReview route={route} changes={dialog} onClose={close} />
}

interface CompareWorkspaceProps {
  route: HTTPRoute
  comparison: ComparisonListItem | undefined
  chooser: ReactNode
}

/** One comparison with everything that can be done about it. */
export function CompareWorkspace({ route, comparison, chooser }: CompareWorkspaceProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  const { data: snapshot, error } = useSnapshot(comparison ?? null)
  const download = useEvidenceDownload(route, snapshot)
  const ignore = (group: AssessedGroup) =>
    setDialog({
      [COMPARISON_ANNOTATION]: withIgnored(settingsOr(route), {
        header: headerOf(group.pattern),
        pattern: group.pattern,
      }),
    })
  return (
    <>
      <Toolbar
        route={route}
        comparison={comparison}
        chooser={chooser}
        onDialog={setDialog}
        onDownload={snapshot === undefined ? undefined : download.start}
      />
      {download.error === '' ? null : <Notice tone="bad">{download.error}</Notice>}
      {comparison !== undefined && comparison.generation !== route.metadata.generation ? (
        <Notice tone="info">
          {plural(comparison.pairs, 'pair')} of generation {comparison.generation}; the route is at
          generation {route.metadata.generation} now, and no pair of it was captured yet.
        </Notice>
      ) : null}
      {comparison === undefined ? <NoPairs route={route} /> : null}
      {comparison !== undefined && snapshot === undefined ? (
        error === null ? (
          <LoadingState label="Loading counts" />
        ) : (
          <Notice tone="bad">{error.message}</Notice>
        )
      ) : null}
      {snapshot === undefined ? null : (
        <Judged
          route={route}
          snapshot={snapshot}
          onIgnore={ignore}
          onMeasure={() => setDialog('calibrate')}
        />
      )}
      {dialog === null ? null : (
        <Dialogs
          route={route}
          dialog={dialog}
          snapshot={snapshot}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  )
}
