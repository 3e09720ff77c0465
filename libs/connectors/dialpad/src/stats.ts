import type { Api } from './api.ts';
import type { StatsAnswer } from './types.ts';
import { statsAnswer, statsRequest } from './wire/stats.ts';

export interface StatsQuestion {
  readonly exportType: 'stats' | 'records';
  readonly statType: 'calls' | 'csat' | 'dispositions' | 'onduty' | 'recordings' | 'screenshare' | 'texts' | 'voicemails';
  readonly groupBy?: 'date' | 'group' | 'user';
  readonly daysAgoStart?: number;
  readonly daysAgoEnd?: number;
  readonly officeId?: string;
  readonly timeZone?: string;
}

/** Reports that Dialpad works out for 15 to 20 seconds; 200 an hour. */
export const statsApi = (api: Api) => ({
  /** The id of the report. Asking the same again joins the report that is under way (Dialpad's description, `already_started`). */
  requestStats: async (question: StatsQuestion): Promise<string> => {
    const { request_id } = await api.ask(statsRequest, 'POST', '/stats', {
      export_type: question.exportType,
      stat_type: question.statType,
      ...(question.groupBy === undefined ? {} : { group_by: question.groupBy }),
      ...(question.daysAgoStart === undefined ? {} : { days_ago_start: question.daysAgoStart }),
      ...(question.daysAgoEnd === undefined ? {} : { days_ago_end: question.daysAgoEnd }),
      ...(question.officeId === undefined ? {} : { office_id: question.officeId }),
      ...(question.timeZone === undefined ? {} : { timezone: question.timeZone }),
    });
    return request_id;
  },
  readStats: (requestId: string): Promise<StatsAnswer> => api.get(statsAnswer, '/stats/{id}', { id: requestId }),
});
