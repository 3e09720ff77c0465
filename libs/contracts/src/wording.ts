import { z } from 'zod';

/** A field that is not there is called missing, wherever a schema does not say something of its own. */
z.config({
  customError: (issue) => (issue.input === undefined && ['invalid_type', 'invalid_union', 'invalid_value'].includes(issue.code) ? 'is missing' : undefined),
});
