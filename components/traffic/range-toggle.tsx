'use client'

import { useUrlState } from '@/components/data/use-url-state'
import { Segmented } from '@/components/ui/segmented'
import { parseTimeRange, TIME_RANGES } from './time-range'

/** The charts' time range, kept in the URL. Choosing one leaves a zoom and goes back to live. */
export function RangeToggle() {
  const url = useUrlState()
  return (
    <Segmented
      label="Time range"
      value={parseTimeRange(url.get('range')).value}
      options={TIME_RANGES}
      onChange={(range) => url.set({ range, end: '' })}
    />
  )
}
