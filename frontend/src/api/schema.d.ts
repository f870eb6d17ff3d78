export interface paths {
    "/api/v1/data/extract": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extract
         * @description Start an extraction as a run of the graph.
         *
         *     The answer is 202 with the job. With `wait`: 200 with the stored bars, 404 if the gateway confirmed that there are
         *     none, 409 if all bars are quarantined, 502 if the run failed, 202 if it has not ended yet.
         */
        post: operations["extract_api_v1_data_extract_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/data/data/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Bars
         * @description Return bars as JSON, CSV, Parquet, an Arrow stream or columns of numbers.
         *
         *     Without `limit`, all bars of the window are streamed; columns of numbers always come in pages, of 50,000 bars at
         *     most. With it, the answer is a page, and `next_cursor` (for every format also in the header X-Next-Cursor)
         *     continues with the next one. The prices of an adjusted series are anchored at the roll calendar, so that windows of
         *     it fit together.
         *
         *     Requested sessions without bars are named in `missing` and in the header X-Missing-Sessions. The answer is 409 if
         *     the timeframe was not derived from all stored minutes of the window.
         */
        get: operations["bars_by_the_longer_path"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/data/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Bars
         * @description Return bars as JSON, CSV, Parquet, an Arrow stream or columns of numbers.
         *
         *     Without `limit`, all bars of the window are streamed; columns of numbers always come in pages, of 50,000 bars at
         *     most. With it, the answer is a page, and `next_cursor` (for every format also in the header X-Next-Cursor)
         *     continues with the next one. The prices of an adjusted series are anchored at the roll calendar, so that windows of
         *     it fit together.
         *
         *     Requested sessions without bars are named in `missing` and in the header X-Missing-Sessions. The answer is 409 if
         *     the timeframe was not derived from all stored minutes of the window.
         */
        get: operations["bars_api_v1_data__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/indicators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Indicators
         * @description Return the lines by which the strategy of a spec decides, as it computes them on the spec's series.
         *
         *     The window leaves bars out of the answer only: the lines are computed from the first bar of the spec on.
         */
        post: operations["indicators_api_v1_indicators_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs
         * @description List jobs, newest first, including runs of schedules and of Dagster's own pages.
         *
         *     With a filter, a page may have fewer jobs than `limit` although more follow.
         */
        get: operations["jobs_api_v1_jobs_get"];
        put?: never;
        /**
         * Materialize
         * @description Start assets of the graph for one partition, or for a range of months of one instrument.
         */
        post: operations["materialize_api_v1_jobs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Job
         * @description Return the state of a job.
         */
        get: operations["job_api_v1_jobs__job_id__get"];
        put?: never;
        post?: never;
        /**
         * Cancel
         * @description Cancel a job; a job that has ended stays as it is.
         */
        delete: operations["cancel_api_v1_jobs__job_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log
         * @description Return a page of a job's log: of all its runs, also when it has ended, and of runs that no surface of G4QC began.
         *
         *     `/jobs/{job_id}/events` streams the same events as they come.
         */
        get: operations["log_api_v1_jobs__job_id__log_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events
         * @description Stream the events of a job until it ends: `state` is the job, `told` is one event.
         *
         *     A client that reconnects with the header Last-Event-ID receives the events that it has not received yet. Clients of
         *     one job share requests to Dagster; their number is limited for each client (429) and in total (503).
         */
        get: operations["events_api_v1_jobs__job_id__events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes
         * @description Stream what changes: each `changed` event has the `names` of what to read again.
         *
         *     Names are `jobs`, `results`, `searches`, `studies`, `quarantine`, `trading`, `health`, and `bars:ES` for bars,
         *     rolls and contracts of an instrument. The stream begins with `ready`, or, for a client that reconnects with
         *     Last-Event-ID, with what changed meanwhile, also if the server was started again. After an unknown id, everything
         *     has changed.
         *     All listeners together cost as much as one; their number is limited for each client (429) and in total (503).
         */
        get: operations["changes_api_v1_events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/instruments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Instruments
         * @description List all instruments of the registry.
         */
        get: operations["instruments_api_v1_instruments_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Contracts
         * @description List the contracts of an instrument that a gateway ever described, with the dates of their stored bars.
         */
        get: operations["contracts_api_v1_contracts__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rolls/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rolls
         * @description Return the roll calendar of a rule; without rolls if the instrument's own rule has no calendar yet.
         *
         *     A rule that does not exist, or another rule without a calendar, is refused.
         */
        get: operations["rolls_api_v1_rolls__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Overview
         * @description Return the coverage of all instruments by month.
         */
        get: operations["overview_api_v1_coverage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/coverage/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Coverage
         * @description Return the coverage of an instrument by session and contract.
         */
        get: operations["coverage_api_v1_coverage__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gaps/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gaps
         * @description Return the gaps of an instrument by minute, for at most three months.
         */
        get: operations["gaps_api_v1_gaps__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests
         * @description List requests to the gateway and their outcomes, newest first.
         */
        get: operations["requests_api_v1_requests_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/differences/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Differences
         * @description List how sources of the same bars differ, as they were last compared.
         */
        get: operations["differences_api_v1_differences__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sources
         * @description List which sources have bars of an instrument, and the order in which they count.
         */
        get: operations["sources_api_v1_sources__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Imports
         * @description List the imports of files.
         */
        get: operations["imports_api_v1_imports_get"];
        put?: never;
        /**
         * Bring
         * @description Import files of the server's folder of imports, by a job that stores them up to every timeframe.
         *
         *     The files are read before the answer, a million bars a second or two; what cannot be imported is refused. The same
         *     content again is the same import: while its job is not over, the answer is that job.
         */
        post: operations["bring_api_v1_imports_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One Import
         * @description Return an import with the months of contracts that its files hold.
         */
        get: operations["one_import_api_v1_imports__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Quarantine
         * @description List bars that await a decision; with `decided`, all quarantined bars.
         */
        get: operations["quarantine_api_v1_quarantine_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide
         * @description Record a decision about all bars at once, and start the job that rebuilds their months.
         *
         *     Repeating a decision records nothing. 409 if another decision was made about one of the bars meanwhile, or the bars
         *     are not those of the preview; nothing is recorded then.
         */
        post: operations["decide_api_v1_quarantine_decisions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/strategies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Strategies
         * @description List the strategies of G4QC, and those of the server's own folder and packages.
         */
        get: operations["strategies_api_v1_strategies_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fields
         * @description List the fields of a spec, which are the same in files, on the command line, in the API and on the pages.
         */
        get: operations["fields_api_v1_backtests_fields_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Deleted
         * @description List deleted results that were not made again, the newest deletion first; at most 1,000.
         */
        get: operations["deleted_api_v1_backtests_deleted_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Backtest
         * @description Return one result.
         */
        get: operations["backtest_api_v1_backtests__backtest_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete
         * @description Delete a result with its trades, equity curve and report, under all of its names.
         *
         *     Its trial stays counted. The partition of its spec is removed too if the backtests file has no such entry and no
         *     other result is left. 409 while a run of the spec is in progress; 410 if the result was deleted before.
         */
        delete: operations["delete_api_v1_backtests__backtest_id__delete"];
        options?: never;
        head?: never;
        /**
         * Label
         * @description Change title, tags and note of a result; they affect no number and no id, and a later run keeps them.
         */
        patch: operations["label_api_v1_backtests__backtest_id__patch"];
        trace?: never;
    };
    "/api/v1/backtests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Backtests
         * @description List results that match all filters, newest first.
         */
        get: operations["backtests_api_v1_backtests_get"];
        put?: never;
        /**
         * Run
         * @description Start a backtest and its report; the job's `backtest` is the name of its result.
         *
         *     The spec is checked against the stored data before the job is accepted. While a job of the same spec is not over,
         *     the answer is that job.
         */
        post: operations["run_api_v1_backtests_post"];
        /**
         * Delete Chosen
         * @description Delete the named results, or all that match the filters, in one transaction: all of them or none.
         *
         *     `GET /backtests` with the same filters lists the results that this would delete. One of `id`, `name`, `strategy`,
         *     `instrument` and `tag` is required.
         */
        delete: operations["delete_chosen_api_v1_backtests_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare
         * @description Compare results: several by `ids`, or two by `a` and `b`.
         *
         *     Two are compared by their session returns, paired by trade date and drawn again in blocks: the difference with its
         *     interval, the standard error of each Sharpe ratio, and a verdict in words. Several are compared so in pairs: the
         *     more pairs there are, the more of them differ by chance, and `different` is corrected for that.
         */
        get: operations["compare_api_v1_backtests_compare_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description List what every figure of a result is: formula, unit and sample.
         */
        get: operations["metrics_api_v1_backtests_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tables
         * @description Return a result by month, year, weekday and hour of the session, by side, and its deepest drawdowns.
         */
        get: operations["tables_api_v1_backtests__backtest_id__tables_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Table
         * @description As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows. Tables: month, year, weekday, hour, side, drawdowns.
         */
        get: operations["table_api_v1_backtests__backtest_id__tables__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures
         * @description Return the figures of a result as a table: name, value, unit and formula; undefined ones have no value.
         */
        get: operations["figures_api_v1_backtests__backtest_id__figures_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/trades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trades
         * @description Return the trades of a result by entry; prices are adjusted, in columns `_own` those of the contract itself.
         *
         *     JSON, or the file that `format` names; an Arrow stream too if the request accepts one.
         */
        get: operations["trades_api_v1_backtests__backtest_id__trades_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/equity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Equity
         * @description Return the equity of a result; the points include the first and last bar and the largest drawdown.
         *
         *     A file, by `format` or as an Arrow stream that the request accepts, has all rows.
         */
        get: operations["equity_api_v1_backtests__backtest_id__equity_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report
         * @description Return the report as HTML that opens offline; a spec has one report, that of its newest result.
         */
        get: operations["report_api_v1_backtests__backtest_id__report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/months": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Months
         * @description Return the return of each month; the first one is relative to the starting cash.
         */
        get: operations["months_api_v1_backtests__backtest_id__months_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backtests/{backtest_id}/worth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Worth
         * @description Return what a result is worth after everything that was tried for its strategy, deleted results included.
         */
        get: operations["worth_api_v1_backtests__backtest_id__worth_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/explore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explore
         * @description Run a spec at once, without keeping it; each different set counts as a trial of its strategy.
         *
         *     The set runs in a process that keeps the bars. A set that the account refuses (409) counts too.
         */
        post: operations["explore_api_v1_explore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/explore/keep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep
         * @description Keep an explored set: a backtest with its report, run by the reference engine too.
         *
         *     The job fails where the two engines disagree about a trade or the equity of a session.
         */
        post: operations["keep_api_v1_explore_keep_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Plan
         * @description Return what a search would try and what that costs in belief, without starting it or counting a trial.
         */
        post: operations["plan_api_v1_searches_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Searches
         * @description List searches, newest first.
         */
        get: operations["searches_api_v1_searches_get"];
        put?: never;
        /**
         * Start
         * @description Start a search; the same search, stopped before, goes on where it stopped.
         *
         *     Every set that it tries counts as a trial of the strategy.
         */
        post: operations["start_api_v1_searches_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search
         * @description Return one search.
         */
        get: operations["search_api_v1_searches__search_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/trials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trials
         * @description Return the trials of a search, ranked or in the order in which they were proposed.
         */
        get: operations["trials_api_v1_searches__search_id__trials_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Columns
         * @description Return all trials of a search by columns in the order in which they were proposed, for tables and maps.
         */
        get: operations["columns_api_v1_searches__search_id__columns_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Table
         * @description As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows. A file has at most 100,000 rows; `offset` continues. Tables: `trials` (The ranked trials, the best first: number, state, objective, id of the result, parameters and figures); `proposed` (All trials in the order in which they were proposed, with the same columns); `heat_maps` (Each cell of the heat map of each pair of parameters: what stands there, and of how many trials); `slices` (The objective along each parameter: through the best set, the best and the mean of all others); `optima` (The local optima of the surface, the best first).
         */
        get: operations["table_api_v1_searches__search_id__tables__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report
         * @description Return the report as HTML that opens offline; one that was not written yet is written now.
         */
        get: operations["report_api_v1_searches__search_id__report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/surface": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Surface
         * @description Return the surface of a search: heat map of each pair of parameters, local optima, edges, slices, warnings.
         *
         *     A search without ranked sets, or without parameters that vary, has none (404).
         */
        get: operations["surface_api_v1_searches__search_id__surface_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{search_id}/worth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Worth
         * @description Return what all trials of the strategy left of the best set when the search ended.
         *
         *     A search that has not ended, or has no ranked set, has none (404).
         */
        get: operations["worth_api_v1_searches__search_id__worth_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/revisions/{symbol}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revisions
         * @description List the values that the gateway restated.
         */
        get: operations["revisions_api_v1_revisions__symbol__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pacing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pacing
         * @description Return the accounts with recent requests, the newest request, and the extractions in progress.
         */
        get: operations["pacing_api_v1_pacing_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Partitions
         * @description List the dynamic keys of the graph: specs of backtests, searches and studies, and instruments.
         */
        get: operations["partitions_api_v1_partitions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partitions/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove
         * @description Remove keys, all or none; bars and results stay, and a later run adds its key again.
         *
         *     A key that has results of a backtest, or an entry in a file, is refused (422), as is one that a run works on (409).
         */
        delete: operations["remove_api_v1_partitions__kind__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Summary
         * @description Return all accounts: traders, kill switch, locks, limits used, positions and the latest reconciliations.
         */
        get: operations["summary_api_v1_trading_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Positions
         * @description List the position of every contract that was ever traded, the sum of its executions.
         */
        get: operations["positions_api_v1_trading_positions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders
         * @description List orders, newest first.
         */
        get: operations["orders_api_v1_trading_orders_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/orders/{ref}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Order
         * @description Return an order with everything that was heard about it.
         */
        get: operations["order_api_v1_trading_orders__ref__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/fills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fills
         * @description List executions, newest first; of a corrected one the correction.
         */
        get: operations["fills_api_v1_trading_fills_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Decisions
         * @description List what the specs wanted to hold, newest bar first, and what became of it.
         */
        get: operations["decisions_api_v1_trading_decisions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/locks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Locks
         * @description List why instruments are not traded until a person has looked, with both sides.
         */
        get: operations["locks_api_v1_trading_locks_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reconciliations
         * @description List the last comparisons with the broker, newest first.
         */
        get: operations["reconciliations_api_v1_trading_reconciliations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log
         * @description Return the last lines of the trader's log, newest first.
         */
        get: operations["log_api_v1_trading_log_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/drifts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drifts
         * @description List how far decisions and fills were from the backtest on the settled bars, newest trade date first.
         */
        get: operations["drifts_api_v1_trading_drifts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/commands/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Command
         * @description Return a wish for a trader, with its answer once there is one.
         */
        get: operations["command_api_v1_trading_commands__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/halt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Halt
         * @description Turn the kill switch on: no order but one of `flatten` leaves until it is released, over every restart.
         *
         *     Positions and orders at the broker stay as they are. A second halt changes nothing; the first one is returned.
         */
        post: operations["halt_api_v1_trading_halt_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release
         * @description Turn the kill switch off, and say what still halts.
         */
        post: operations["release_api_v1_trading_release_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/flatten": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Flatten
         * @description Ask the running trader to cancel orders and close positions; its answer comes with the command.
         *
         *     This is done while the kill switch is on, too. What was flattened is locked until it is resolved.
         *     409 if no trader is running.
         */
        post: operations["flatten_api_v1_trading_flatten_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trading/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve
         * @description Ask the running trader to compare with the broker again and to unlock an instrument.
         *
         *     409 if no trader is running.
         */
        post: operations["resolve_api_v1_trading_resolve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session
         * @description Return the caller's key and scope; this route needs no key.
         */
        get: operations["session_api_v1_session_get"];
        put?: never;
        /**
         * Sign In
         * @description Store the key in a cookie, so that the pages can use the API.
         */
        post: operations["sign_in_api_v1_session_post"];
        /**
         * Sign Out
         * @description Remove the key's cookie.
         */
        delete: operations["sign_out_api_v1_session_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Return the health of all parts; the status is 503 if the database is down.
         */
        get: operations["health_api_v1_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Return the server's counters, the health of the parts, the freshness of the bars and trading, for Prometheus.
         */
        get: operations["metrics_api_v1_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List every walk-forward analysis
         * @description All that were ever started, the newest first: how each stands, and its key figures if it is done.
         */
        get: operations["studies_api_v1_walk_forwards_get"];
        put?: never;
        /**
         * Start a walk-forward analysis
         * @description The body is the spec of the walk-forward analysis; the address with `/plan` says what it will cost. The answer is a job to follow. If a job of the same spec is in progress already, the answer is that job. A study that is done is not run a second time.
         */
        post: operations["start_api_v1_walk_forwards_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/named": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the specs of a walk-forward analysis by name
         * @description A spec has a name if it is written in the file of specs of the home, or if a study of it was started before. `POST` to the same address starts one.
         */
        get: operations["named_api_v1_walk_forwards_named_get"];
        put?: never;
        /**
         * Start a walk-forward analysis by a name
         * @description For those who have a name and no spec, as on the command line. `GET` at the same address lists the names of every walk-forward analysis that can be started so. The answer is a job to follow.
         */
        post: operations["start_of_api_v1_walk_forwards_named_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a walk-forward analysis will do
         * @description Nothing is run. The answer says in a sentence what would be done, and how many sets of parameters would be tried: each of them lowers what every result of the strategy is worth.
         */
        post: operations["plan_api_v1_walk_forwards_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/{study_id}/freshness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether a walk-forward analysis is stale
         * @description A study is stale if bars that it has read were changed since: run again, it reads the new ones.
         */
        get: operations["freshness_api_v1_walk_forwards__study_id__freshness_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/{study_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return one walk-forward analysis
         * @description Everything that is known of it but the rows of its tables: the spec, how it stands, key figures, checks, and which tables it has. They are `windows` (A row for each window: training, test, choice, figures in and out of sample, and its result); `stitched` (Equity, return and drawdown of each session out of sample, with its window, and the equity of buy and hold); `parameters` (The chosen value of each searched parameter in each window, and how far it moved); `paths` (A row for each combinatorial path, with its figures; empty if they were not asked for); `splits` (A row for each combinatorial split: test folds, choice and figures); `trials` (What became of the sets of each window, and of the combinatorial splits).
         */
        get: operations["study_api_v1_walk_forwards__study_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/{study_id}/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return a table of a walk-forward analysis
         * @description As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows.
         */
        get: operations["table_api_v1_walk_forwards__study_id__tables__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walk-forwards/{study_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return the report of a walk-forward analysis
         * @description One HTML page with all pictures in it, which opens offline too, in the language of the request. It is written when somebody first asks for it.
         */
        get: operations["report_api_v1_walk_forwards__study_id__report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List every Monte Carlo simulation
         * @description All that were ever started, the newest first: how each stands, and its key figures if it is done.
         */
        get: operations["studies_api_v1_monte_carlos_get"];
        put?: never;
        /**
         * Start a Monte Carlo simulation
         * @description The body is the spec of the Monte Carlo simulation; the address with `/plan` says what it will cost. The answer is a job to follow. If a job of the same spec is in progress already, the answer is that job. A study that is done is not run a second time.
         */
        post: operations["start_api_v1_monte_carlos_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/named": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the specs of a Monte Carlo simulation by name
         * @description A spec has a name if it is written in the file of specs of the home, or if a study of it was started before. `POST` to the same address starts one.
         */
        get: operations["named_api_v1_monte_carlos_named_get"];
        put?: never;
        /**
         * Start a Monte Carlo simulation by a name
         * @description For those who have a name and no spec, as on the command line. `GET` at the same address lists the names of every Monte Carlo simulation that can be started so. The answer is a job to follow.
         */
        post: operations["start_of_api_v1_monte_carlos_named_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a Monte Carlo simulation will do
         * @description Nothing is run. The answer says in a sentence what would be done, and how many sets of parameters would be tried: each of them lowers what every result of the strategy is worth.
         */
        post: operations["plan_api_v1_monte_carlos_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/{study_id}/freshness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether a Monte Carlo simulation is stale
         * @description A study is stale if bars that it has read were changed since: run again, it reads the new ones.
         */
        get: operations["freshness_api_v1_monte_carlos__study_id__freshness_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/{study_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return one Monte Carlo simulation
         * @description Everything that is known of it but the rows of its tables: the spec, how it stands, key figures, checks, and which tables it has. They are `fan` (Equity after each step: quantiles over the paths of a simulation, and the real path); `distributions` (Final equity, drawdowns and times under water of each simulation: mean, quantiles, real value and its rank); `ruin` (Risk of ruin of each simulation, with its interval); `capital` (Risk of ruin by starting capital, and the capital for each asked risk); `scenarios` (Each run of the strategy under other costs, parameters, skipped trades or delayed fills); `histograms` (Bins of each distribution); `paths` (The first paths of each simulation).
         */
        get: operations["study_api_v1_monte_carlos__study_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/{study_id}/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return a table of a Monte Carlo simulation
         * @description As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows.
         */
        get: operations["table_api_v1_monte_carlos__study_id__tables__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/monte-carlos/{study_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return the report of a Monte Carlo simulation
         * @description One HTML page with all pictures in it, which opens offline too, in the language of the request. It is written when somebody first asks for it.
         */
        get: operations["report_api_v1_monte_carlos__study_id__report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List every portfolio
         * @description All that were ever started, the newest first: how each stands, and its key figures if it is done.
         */
        get: operations["studies_api_v1_portfolios_get"];
        put?: never;
        /**
         * Start a portfolio
         * @description The body is the spec of the portfolio; the address with `/plan` says what it will cost. The answer is a job to follow. If a job of the same spec is in progress already, the answer is that job. A study that is done is not run a second time.
         */
        post: operations["start_api_v1_portfolios_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/named": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the specs of a portfolio by name
         * @description A spec has a name if it is written in the file of specs of the home, or if a study of it was started before. `POST` to the same address starts one.
         */
        get: operations["named_api_v1_portfolios_named_get"];
        put?: never;
        /**
         * Start a portfolio by a name
         * @description For those who have a name and no spec, as on the command line. `GET` at the same address lists the names of every portfolio that can be started so. The answer is a job to follow.
         */
        post: operations["start_of_api_v1_portfolios_named_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a portfolio will do
         * @description Nothing is run. The answer says in a sentence what would be done, and how many sets of parameters would be tried: each of them lowers what every result of the strategy is worth.
         */
        post: operations["plan_api_v1_portfolios_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/{study_id}/freshness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether a portfolio is stale
         * @description A study is stale if bars that it has read were changed since: run again, it reads the new ones.
         */
        get: operations["freshness_api_v1_portfolios__study_id__freshness_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/{study_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return one portfolio
         * @description Everything that is known of it but the rows of its tables: the spec, how it stands, key figures, checks, and which tables it has. They are `equity` (Ideal and tradable equity, margin and costs at the end of each session); `positions` (Ideal and whole contracts of each instrument at the end of each session); `weights` (Weights of the instruments and the diversification multiplier, at each change); `instruments` (Risk, profit, costs, least capital and capacity of each instrument); `correlation` (Correlation of the session money of each pair of instruments); `drawdowns` (The ten deepest falls of the tradable equity); `drawdown_parts` (What each instrument lost or won in each of these falls); `capitals` (Distance between ideal and tradable portfolio at multiples of the capital); `trades` (Trades of the account with their instruments).
         */
        get: operations["study_api_v1_portfolios__study_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/{study_id}/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return a table of a portfolio
         * @description As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows.
         */
        get: operations["table_api_v1_portfolios__study_id__tables__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolios/{study_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return the report of a portfolio
         * @description One HTML page with all pictures in it, which opens offline too, in the language of the request. It is written when somebody first asks for it.
         */
        get: operations["report_api_v1_portfolios__study_id__report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccountEntry
         * @description One account: its trader and all that holds for it now.
         */
        AccountEntry: {
            /** Account */
            account: string;
            /** @description null if none has ever run */
            trader: components["schemas"]["TraderEntry"] | null;
            /**
             * Halts
             * @description The kill switch is on if there is one
             */
            halts: components["schemas"]["HaltView"][];
            /**
             * Locks
             * @description In force
             */
            locks: components["schemas"]["LockEntry"][];
            /** Limits */
            limits: components["schemas"]["LimitUse"][];
            /**
             * Values
             * @description Figures of the account by the broker's tag
             */
            values: {
                [key: string]: unknown;
            };
            /**
             * Positions
             * @description Those that are not zero
             */
            positions: components["schemas"]["PositionView"][];
            /**
             * Orders
             * @description Number of open orders by state
             */
            orders: {
                [key: string]: number;
            };
            /**
             * Decisions
             * @description Number of decisions of the last 24 hours by state
             */
            decisions: {
                [key: string]: number;
            };
            /** @description The last one */
            reconciliation: components["schemas"]["ReconciliationEntry"] | null;
        };
        /**
         * AccountPacing
         * @description Usage of one account now; the requests of all processes count.
         */
        AccountPacing: {
            /** Account */
            account: string;
            /** Windows */
            windows: components["schemas"]["PacingWindow"][];
            /**
             * Open
             * @description Requests without an answer yet
             */
            open: number;
            /** Open Limit */
            open_limit: number;
            /**
             * Paused Until
             * @description No request is sent before this time; null if there is no pause
             */
            paused_until: string | null;
            /** Last Sent At */
            last_sent_at: string | null;
        };
        /**
         * Adjustment
         * @description Change to the prices on one side of a roll that removes the gap between two contracts.
         * @enum {string}
         */
        Adjustment: "none" | "additive" | "ratio" | "additive_forward" | "ratio_forward";
        /**
         * Advance
         * @description How far a job is within its step.
         */
        Advance: {
            /** Done */
            done: number;
            /**
             * Total
             * @description null: not known
             */
            total: number | null;
            /**
             * Unit
             * @description trials, confirmations, steps or requests
             */
            unit: string;
            /**
             * Eta Seconds
             * @description Estimated time for the others; null: not known
             */
            eta_seconds: number | null;
        };
        /**
         * BacktestComparison
         * @description Several results side by side; each list has the order of the ids.
         */
        BacktestComparison: {
            /** Ids */
            ids: string[];
            /**
             * Names
             * @description Displayed names
             */
            names: string[];
            /** Metrics */
            metrics: {
                [key: string]: unknown[];
            };
            /**
             * Differing
             * @description Fields of the specs and inputs in which they differ
             */
            differing: {
                [key: string]: unknown[];
            };
            /** @description Whether a and b differ; null if `ids` was asked */
            returns: components["schemas"]["SessionComparison"] | null;
            /**
             * Pairs
             * @description Each result with each that follows it in `ids`, corrected for their number; null if a and b were asked
             */
            pairs: components["schemas"]["ResultPair"][] | null;
        };
        /**
         * BacktestDetail
         * @description A result with its inputs, card and notes.
         */
        BacktestDetail: {
            /** Id */
            id: string;
            /**
             * Name
             * @description Name of the spec
             */
            name: string;
            /**
             * Title
             * @description Title that a user gave to the result; null: the name of the spec is shown
             */
            title: string | null;
            /**
             * Tags
             * @description Tags that users gave to the result
             */
            tags: string[];
            /**
             * Note
             * @description Remarks that a user wrote about the result; null for none
             */
            note: string | null;
            /** Strategy */
            strategy: string;
            /** Instrument */
            instrument: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /**
             * Metrics
             * @description Figures by name; null where undefined
             */
            metrics: {
                [key: string]: unknown;
            };
            /**
             * Confidence
             * @description Deflated Sharpe ratio: confidence that the true Sharpe ratio is above zero after all trials of the strategy; null where undefined
             */
            confidence: number | null;
            /** Run Id */
            run_id: string | null;
            /**
             * Has Report
             * @description True if there is a report of this result
             */
            has_report: boolean;
            /**
             * Inputs
             * @description Everything that the numbers depend on
             */
            inputs: {
                [key: string]: unknown;
            };
            /**
             * Card
             * @description The inputs as rows in a fixed order, the id first
             */
            card: components["schemas"]["CardEntry"][];
            /**
             * Notes
             * @description Assumptions, in the language of the request
             */
            notes: string[];
            /**
             * Few
             * @description Names of figures that rest on few sessions or trades; mark them
             */
            few: string[];
        };
        /**
         * BacktestPage
         * @description Results, newest first.
         */
        BacktestPage: {
            /** Backtests */
            backtests: components["schemas"]["BacktestSummary"][];
            /** Total */
            total: number;
        };
        /**
         * BacktestSpec
         * @description One backtest. The file, command line, API and pages are built from this model.
         *
         *     The description of a field is its help on every surface. `from` and `to` are called `first` and `last` in Python;
         *     both names are accepted.
         */
        BacktestSpec: {
            /**
             * Name
             * @description Name under which the spec and its results are kept; default: made of what the spec says
             * @default unnamed
             */
            name: string;
            /**
             * Strategy
             * @description A strategy of G4QC, or one of your own as package.module:Class
             * @example sma_cross
             */
            strategy: string;
            /**
             * Instrument
             * @description Symbol of the instrument, like ES
             * @example ES
             */
            instrument: string;
            /**
             * Timeframe
             * @description Length of a bar
             * @example 1h
             * @enum {string}
             */
            timeframe: "1min" | "5min" | "15min" | "30min" | "1h" | "4h" | "1d";
            /**
             * @description What is done at rolls to the prices that the strategy sees; it trades the contracts' own prices
             * @default additive
             */
            adjustment: components["schemas"]["Adjustment"];
            /**
             * Roll
             * @description Roll rule that joins the contracts, like volume or days_before_expiry(8); default: the instrument's
             */
            roll?: string | null;
            /**
             * On Roll
             * @description What happens to a position at a roll: roll goes on in the next contract, close leaves the market, hold stays in the old contract as long as its bars are kept
             * @default roll
             * @enum {string}
             */
            on_roll: "roll" | "close" | "hold";
            /**
             * Sizing
             * @description How many contracts a full position is: contracts (the strategy's parameter), contracts(3), notional(250000), equity(50) or volatility(15)
             * @default contracts
             */
            sizing: string;
            /**
             * Cash
             * @description Money in the account before the first bar
             * @default 100000
             */
            cash: number | string;
            /**
             * From
             * @description First trade date; default: as far as bars reach
             */
            from?: string | null;
            /**
             * To
             * @description Last trade date, included; default: as far as bars reach
             */
            to?: string | null;
            /**
             * Trade From
             * @description First trade date in which positions are held; bars before it only warm the strategy and the sizing up; default: the first bar
             */
            trade_from?: string | null;
            /**
             * Slippage Ticks
             * @description Ticks lost on each fill
             * @default 1
             */
            slippage_ticks: number | string;
            /**
             * Fee
             * @description Money per contract and side; default: the instrument's
             */
            fee?: (number | string) | null;
            /**
             * Fee Rate
             * @description Commission as a share of the value of each fill
             * @default 0
             */
            fee_rate: number | string;
            /**
             * Slippage Rate
             * @description Slippage as a share of the value of each fill
             * @default 0
             */
            slippage_rate: number | string;
            /**
             * Min Fee
             * @description Least commission of an order, in money
             * @default 0
             */
            min_fee: number | string;
            /**
             * Margin
             * @description Money per contract that every order must find in the account, or a table like 2026-01-01: 12000, 2026-06-01: 13200; default: margin_rate of its value
             */
            margin?: string | null;
            /**
             * Margin Rate
             * @description Share of a contract's value that every order must find in the account
             * @default 0.1
             */
            margin_rate: number | string;
            /**
             * Seed
             * @description Start of the random numbers of a strategy of your own
             * @default 0
             */
            seed: number;
            /**
             * Parameters
             * @description Parameters of the strategy; one that is left out has the strategy's default
             */
            parameters?: {
                [key: string]: boolean | number | string;
            };
        };
        /**
         * BacktestSummary
         * @description A result without its trades and equity.
         */
        BacktestSummary: {
            /** Id */
            id: string;
            /**
             * Name
             * @description Name of the spec
             */
            name: string;
            /**
             * Title
             * @description Title that a user gave to the result; null: the name of the spec is shown
             */
            title: string | null;
            /**
             * Tags
             * @description Tags that users gave to the result
             */
            tags: string[];
            /**
             * Note
             * @description Remarks that a user wrote about the result; null for none
             */
            note: string | null;
            /** Strategy */
            strategy: string;
            /** Instrument */
            instrument: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /**
             * Metrics
             * @description Figures by name; null where undefined
             */
            metrics: {
                [key: string]: unknown;
            };
            /**
             * Confidence
             * @description Deflated Sharpe ratio: confidence that the true Sharpe ratio is above zero after all trials of the strategy; null where undefined
             */
            confidence: number | null;
            /** Run Id */
            run_id: string | null;
            /**
             * Has Report
             * @description True if there is a report of this result
             */
            has_report: boolean;
        };
        /**
         * Bar
         * @description A bar; price = the contract's own price x factor + adjustment.
         */
        Bar: {
            /**
             * Timestamp
             * Format: date-time
             * @description Start of the bar, UTC
             */
            timestamp: string;
            /** Open */
            open: number;
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Close */
            close: number;
            /**
             * Volume
             * @description Contracts; -1 if unknown
             */
            volume: number;
            /**
             * Count
             * @description Trades; -1 if unknown
             */
            count: number;
            /**
             * Contract
             * @description Contract month, like 202512
             */
            contract: string;
            /**
             * Trade Date
             * Format: date
             * @description Trade date of the bar's session, as the exchange names it
             */
            trade_date: string;
            /**
             * Factor
             * @description Factor of the contract's own prices
             */
            factor: number;
            /**
             * Adjustment
             * @description Points added to the contract's own prices
             */
            adjustment: number;
        };
        /**
         * BarCriteria
         * @description Criteria that select quarantined bars; a bar must meet all of them.
         */
        BarCriteria: {
            /** Symbol */
            symbol?: string | null;
            /**
             * Contracts
             * @description Contract months
             * @default []
             */
            contracts: string[];
            /**
             * Reasons
             * @default []
             */
            reasons: components["schemas"]["Reason"][];
            /**
             * Sessions
             * @description Trade dates
             * @default []
             */
            sessions: string[];
            /**
             * First
             * @description First trade date
             */
            first?: string | null;
            /**
             * Last
             * @description Last trade date, included
             */
            last?: string | null;
            /**
             * Start
             * @description Start of the first bar; without a zone, UTC
             */
            start?: string | null;
            /**
             * End
             * @description Start of the last bar, included; without a zone, UTC
             */
            end?: string | null;
        };
        /**
         * BarFormat
         * @description Format of bars: those of tables, and columns of numbers for programs that draw them.
         * @enum {string}
         */
        BarFormat: "json" | "csv" | "parquet" | "arrow" | "columns";
        /**
         * Bars
         * @description Bars of one instrument and timeframe.
         */
        Bars: {
            /** Symbol */
            symbol: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Next Cursor
             * @description Cursor of the next page; null at the end, or without limit
             */
            next_cursor?: string | null;
            /**
             * Missing
             * @description Requested sessions without bars, by date
             */
            missing: components["schemas"]["MissingRange"][];
            /** Data */
            data: components["schemas"]["Bar"][];
            /**
             * Records
             * @description Number of bars in data
             */
            records: number;
        };
        /**
         * CardEntry
         * @description One row of a result's card.
         */
        CardEntry: {
            /**
             * Key
             * @description Where the value stands among the inputs, like `costs.currency`
             */
            key: string;
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /**
         * ChartLine
         * @description One line of a strategy.
         */
        ChartLine: {
            /**
             * Name
             * @description With its parameters, like sma(20)
             */
            name: string;
            /**
             * Pane
             * @description price: in points of the bars' prices; own: in a pane of its own
             * @enum {string}
             */
            pane: "price" | "own";
            /**
             * Kind
             * @description How to draw it; a band is one of two edges
             * @enum {string}
             */
            kind: "line" | "histogram" | "band";
            /**
             * Values
             * @description One for each timestamp, null where the line is not known or before bars_needed; empty for a level
             */
            values: (number | null)[];
            /**
             * Level
             * @description Value of a line that is the same at all bars; null for any other
             */
            level: number | null;
        };
        /**
         * ColumnTable
         * @description A table by columns of equal length; times are UTC, trade dates those of the exchange.
         */
        ColumnTable: {
            /** Id */
            id: string;
            /** Columns */
            columns: {
                [key: string]: unknown[];
            };
        };
        /**
         * CommandEntry
         * @description A wish for a running trader, and its answer.
         */
        CommandEntry: {
            /** Id */
            id: number;
            /** Account */
            account: string;
            /** Command */
            command: string;
            /** Arguments */
            arguments: {
                [key: string]: unknown;
            };
            /** By */
            by: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Done At
             * @description null while the trader has not answered
             */
            done_at: string | null;
            /**
             * Answer
             * @description null while the trader has not answered
             */
            answer: string | null;
        };
        /**
         * ComparedRun
         * @description Sessions in a row in which two sources differ in the same way, or all agree.
         */
        ComparedRun: {
            /** Contract */
            contract: string;
            /** First Source */
            first_source: string;
            /** Second Source */
            second_source: string;
            /**
             * First
             * Format: date
             * @description First trade date
             */
            first: string;
            /**
             * Last
             * Format: date
             * @description Last trade date
             */
            last: string;
            /** Sessions */
            sessions: number;
            verdict: components["schemas"]["SourceVerdict"];
            /** Agrees */
            agrees: boolean;
            /**
             * Daylight Saving
             * @description True if a clock is an hour wrong from or until a change of clocks
             */
            daylight_saving: boolean;
            /** About */
            about: string;
        };
        /**
         * ComparedSession
         * @description One session of two sources. A wrong clock, an amount and a factor are taken out before minutes are compared.
         */
        ComparedSession: {
            /** Contract */
            contract: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            /** First Source */
            first_source: string;
            /** Second Source */
            second_source: string;
            verdict: components["schemas"]["SourceVerdict"];
            /** @description The source that the verdict is about; empty where it is neither */
            side: components["schemas"]["Side"];
            /**
             * Agrees
             * @description Within the tolerance of the settings and of the instrument
             */
            agrees: boolean;
            /**
             * About
             * @description The differences in sentences
             */
            about: string;
            /**
             * Shared
             * @description Minutes that both have
             */
            shared: number;
            /** Only First */
            only_first: number;
            /** Only Second */
            only_second: number;
            /**
             * Differing
             * @description Minutes in which a price differs
             */
            differing: number;
            /**
             * Beyond
             * @description Minutes in which a price differs by more ticks than tolerated
             */
            beyond: number;
            /** Prices */
            prices: components["schemas"]["DifferingPrice"][];
            /**
             * Volume First
             * @description Volume in the minutes that both have
             */
            volume_first: number;
            /** Volume Second */
            volume_second: number;
            /** Differing Volumes */
            differing_volumes: number;
            /**
             * Shift
             * @description Minutes by which the second source's clock is later
             */
            shift: number;
            /**
             * Points
             * @description Points by which the second source's prices are higher throughout
             */
            points: number;
            /**
             * Factor
             * @description Factor by which they are larger throughout
             */
            factor: number;
            /**
             * Grid
             * @description Coarser grid on which one source is rounded, points; 0: none
             */
            grid: number;
        };
        /**
         * ContractInfo
         * @description A contract month as the gateway described it.
         */
        ContractInfo: {
            /**
             * Contract
             * @description Contract month, like 202512
             */
            contract: string;
            /** Local Symbol */
            local_symbol: string;
            /**
             * Con Id
             * @description Interactive Brokers' id
             */
            con_id: number;
            /**
             * Last Trade Date
             * Format: date
             */
            last_trade_date: string;
            /**
             * Last Trade At
             * Format: date-time
             * @description End of trading, UTC
             */
            last_trade_at: string;
            /** Exchange */
            exchange: string;
            /** Currency */
            currency: string;
            /**
             * Multiplier
             * @description Units in one contract, as the gateway states it
             */
            multiplier: number;
            /**
             * Min Tick
             * @description Smallest price step for one unit, in the currency, as the gateway states it
             */
            min_tick: number;
            /**
             * Price Magnifier
             * @description Factor of bar prices: 100 if they are in cents or pence
             */
            price_magnifier: number;
            /**
             * Tick
             * @description The contract's own smallest price step, in points
             */
            tick: number;
            /** @description Stored bars; null: none */
            held?: components["schemas"]["StoredDates"] | null;
        };
        /**
         * ContractList
         * @description The contracts of one instrument by last trade date.
         */
        ContractList: {
            /** Symbol */
            symbol: string;
            /** Contracts */
            contracts: components["schemas"]["ContractInfo"][];
        };
        /**
         * Coverage
         * @description Minutes of an instrument's sessions by trade date and contract, and completeness of the derived timeframes.
         */
        Coverage: {
            /** Symbol */
            symbol: string;
            /** @description Sessions of the window, up to now, that were never requested; for all contracts together */
            not_asked?: components["schemas"]["UnrequestedSessions"] | null;
            /**
             * Timeframes
             * @description Derived timeframes, within the window
             */
            timeframes: components["schemas"]["TimeframeCoverage"][];
            /** Sessions */
            sessions: components["schemas"]["SessionCoverage"][];
        };
        /**
         * CoverageOverview
         * @description Coverage of every instrument by month, for a heat map.
         */
        CoverageOverview: {
            /** Instruments */
            instruments: components["schemas"]["MonthlyCoverage"][];
        };
        /**
         * DateRange
         * @description Trade dates of the first and the last bar.
         */
        DateRange: {
            /**
             * Start
             * Format: date
             */
            start: string;
            /**
             * End
             * Format: date
             */
            end: string;
        };
        /**
         * Decision
         * @description The user's decision about a bar in quarantine.
         * @enum {string}
         */
        Decision: "accept" | "drop" | "refetch" | "reopen";
        /**
         * DecisionEntry
         * @description What a spec wanted to hold from the next open on.
         */
        DecisionEntry: {
            /** Account */
            account: string;
            /** Spec */
            spec: string;
            /** Cause */
            cause: string;
            /**
             * Bar
             * Format: date-time
             */
            bar: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /** Timeframe */
            timeframe: string;
            /** Target */
            target: number;
            /**
             * Held
             * @description Contracts that the spec held when it decided
             */
            held: number;
            /**
             * Price
             * @description Close of the bar in the contract's own points
             */
            price: number | null;
            /**
             * State
             * @description pending, ordered, nothing, skipped or replaced
             */
            state: string;
            /**
             * Reason
             * @description Why it was skipped; empty otherwise
             */
            reason: string;
            /**
             * Decided At
             * Format: date-time
             */
            decided_at: string;
            /**
             * Fingerprint
             * @description Of the bars that decided
             */
            fingerprint: string;
        };
        /**
         * DecisionPage
         * @description Decisions, newest bar first.
         */
        DecisionPage: {
            /** Account */
            account: string;
            /** Decisions */
            decisions: components["schemas"]["DecisionEntry"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: string | null;
        };
        /**
         * DecisionPreview
         * @description The bars that a decision would cover, and the runs it would start.
         */
        DecisionPreview: {
            decision: components["schemas"]["Decision"];
            /** Bars */
            bars: number;
            /**
             * Already
             * @description Number of bars that already have this decision
             */
            already: number;
            /**
             * Groups
             * @description The most severe reason first
             */
            groups: components["schemas"]["QuarantineGroup"][];
            /**
             * Months
             * @description Partitions that would be rebuilt
             */
            months: string[];
            /** Runs */
            runs: number;
            /**
             * Seen
             * @description Mark of the previewed bars, to be sent with the decision
             */
            seen: string;
        };
        /**
         * DeletionList
         * @description Records of deleted results.
         */
        DeletionList: {
            /** Deleted */
            deleted: components["schemas"]["DeletionRecord"][];
            /** Total */
            total: number;
        };
        /**
         * DeletionRecord
         * @description Record of a deleted result. Its trial stays counted, and a run of the same inputs makes the result again.
         */
        DeletionRecord: {
            /** Id */
            id: string;
            /**
             * Names
             * @description Names of the specs that produced it
             */
            names: string[];
            /** Title */
            title: string | null;
            /**
             * Trades
             * @description Number of its trades
             */
            trades: number;
            /**
             * Bars
             * @description Number of bars of its equity curve
             */
            bars: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Deleted At
             * Format: date-time
             */
            deleted_at: string;
            /**
             * Deleted By
             * @description Name of the key or user; API if the server has no keys
             */
            deleted_by: string;
        };
        /**
         * DifferingPrice
         * @description How often and how far one of the four prices differs in a session.
         */
        DifferingPrice: {
            /**
             * Name
             * @description open, high, low or close
             */
            name: string;
            /** Minutes */
            minutes: number;
            /**
             * Largest
             * @description Largest difference, ticks
             */
            largest: number;
        };
        /**
         * DriftList
         * @description How far paper fills were from the backtest, newest trade date first.
         */
        DriftList: {
            /** Account */
            account: string;
            /** Drifts */
            drifts: components["schemas"]["DriftView"][];
        };
        /**
         * DriftView
         * @description How far the paper fills of a spec were from its backtest on one trade date.
         */
        DriftView: {
            /** Account */
            account: string;
            /** Spec */
            spec: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            /** Figures */
            figures: {
                [key: string]: unknown;
            };
            /**
             * Rows
             * @description Decisions and fills side by side
             */
            rows: {
                [key: string]: unknown;
            }[];
            /** Data Version */
            data_version: string;
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
        };
        /**
         * ExploreAnswer
         * @description One explored set: figures, equity by session, trades, and the count of what was tried.
         */
        ExploreAnswer: {
            /**
             * Id
             * @description Id that the result has when it is kept
             */
            id: string;
            /**
             * Parameters
             * @description All parameters, defaults included
             */
            parameters: {
                [key: string]: unknown;
            };
            /** Engine */
            engine: string;
            /**
             * Data Version
             * @description Fingerprint of the bars
             */
            data_version: string;
            /**
             * Metrics
             * @description Figures by name; null where undefined
             */
            metrics: {
                [key: string]: unknown;
            };
            equity: components["schemas"]["SessionEquity"];
            /**
             * Trades
             * @description Columns of the first trades, as of `/backtests/{id}/trades`
             */
            trades: {
                [key: string]: unknown[];
            };
            /**
             * Trade Count
             * @description Number of all trades
             */
            trade_count: number;
            /**
             * Family
             * @description The strategy whose trials count
             */
            family: string;
            /**
             * Trials
             * @description Number of different sets that were ever tried for the strategy, this one included
             */
            trials: number;
            /**
             * New Trial
             * @description True if nobody had tried this set before
             */
            new_trial: boolean;
            worth: components["schemas"]["ExploredWorth"];
            /**
             * Milliseconds
             * @description Time that the server took
             */
            milliseconds: number;
        };
        /**
         * ExploredWorth
         * @description What the trials of the strategy leave of the set.
         */
        ExploredWorth: {
            /**
             * Words
             * @description One or two sentences for a person
             */
            words: string;
            /** Figures */
            figures: {
                [key: string]: number | null;
            };
            /** Rows */
            rows: components["schemas"]["WorthFigure"][];
        };
        /**
         * ExtractRequest
         * @description A window to extract: `start` and `end`, or `duration` and `num_blocks` back from today.
         */
        ExtractRequest: {
            /**
             * Symbol
             * @example ES
             */
            symbol: string;
            /**
             * Duration
             * @description Length of a block: 5 D, 2 W, 1 M or 1 Y
             */
            duration?: string | null;
            /**
             * Num Blocks
             * @description Number of blocks, ending today
             * @default 1
             */
            num_blocks: number;
            /**
             * Start
             * @description First trade date
             */
            start?: string | null;
            /**
             * End
             * @description Last trade date, included; default: today
             */
            end?: string | null;
            /**
             * Bar Size
             * @description Timeframe that the answer counts; all are derived
             * @default 1 min
             * @example 1h
             */
            bar_size: string;
            /**
             * Contract Month
             * @description Contract month; default: the months that the roll rule needs
             */
            contract_month?: string | null;
        };
        /**
         * ExtractResult
         * @description Stored bars of an extracted window.
         */
        ExtractResult: {
            /**
             * Status
             * @constant
             */
            status: "success";
            /** Symbol */
            symbol: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Records
             * @description Stored bars of this timeframe in the window
             */
            records: number;
            date_range: components["schemas"]["DateRange"];
            /**
             * Missing
             * @description Minutes of the window's sessions about which nothing is known; /coverage lists them
             */
            missing: number;
            /**
             * Quarantined
             * @description Quarantined bars of the window; /quarantine says why
             */
            quarantined: number;
            job: components["schemas"]["JobStatus"];
        };
        /**
         * FigureDifference
         * @description One figure of two results on the sessions that both have.
         */
        FigureDifference: {
            /** First */
            first: number | null;
            /** Second */
            second: number | null;
            /**
             * Difference
             * @description First less second
             */
            difference: number | null;
            /**
             * Low
             * @description Interval of the difference; null if there are too few sessions
             */
            low: number | null;
            /** High */
            high: number | null;
        };
        /**
         * FileOfImport
         * @description A file as it was when it was imported.
         */
        FileOfImport: {
            /** Path */
            path: string;
            /** Bytes */
            bytes: number;
            /** Sha256 */
            sha256: string;
        };
        /**
         * FillPage
         * @description Executions in their newest version, newest first.
         */
        FillPage: {
            /** Account */
            account: string;
            /** Fills */
            fills: components["schemas"]["FillView"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: string | null;
        };
        /**
         * FillView
         * @description One execution in its newest version.
         */
        FillView: {
            /** Account */
            account: string;
            /** Exec Id */
            exec_id: string;
            /**
             * Ref
             * @description Of its order; empty for an order of somebody else
             */
            ref: string;
            /**
             * Spec
             * @description Empty for none
             */
            spec: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Quantity
             * @description Contracts, negative for a sale
             */
            quantity: number;
            /** Price */
            price: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Commission
             * @description null until the broker reports it
             */
            commission: number | null;
            /** Currency */
            currency: string;
            /**
             * Realized
             * @description Profit that it realized, as the broker says; null: none
             */
            realized: number | null;
        };
        /**
         * FlattenRequest
         * @description Positions to close by market orders; their open orders are cancelled first.
         */
        FlattenRequest: {
            /**
             * Account
             * @description Default: the account that is traded
             */
            account?: string | null;
            /**
             * Symbol
             * @description Instrument; null: all
             */
            symbol?: string | null;
        };
        /**
         * Format
         * @description Format of a table.
         * @enum {string}
         */
        Format: "json" | "csv" | "parquet" | "arrow";
        /**
         * HaltRequest
         * @description The kill switch, on.
         */
        HaltRequest: {
            /**
             * Account
             * @description Account to halt; * for all
             * @default *
             */
            account: string;
            /**
             * Why
             * @description The reason that others see
             */
            why: string;
        };
        /**
         * HaltView
         * @description The kill switch is on.
         */
        HaltView: {
            /**
             * Account
             * @description The halted account; * for all
             */
            account: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * By
             * @description Who turned it on
             */
            by: string;
            /** Why */
            why: string;
        };
        /**
         * Health
         * @description Health of the platform: `down` if the database is down, `degraded` if another part is.
         */
        Health: {
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "degraded" | "down";
            /**
             * Parts
             * @description database, gateway and dagster; backup if one is made each night; disk only if it is nearly full
             */
            parts: {
                [key: string]: components["schemas"]["HealthPart"];
            };
            /**
             * Origin
             * @description Origin of the stored bars: account, simulated or replay
             */
            origin?: string | null;
            /** Freshness */
            freshness: components["schemas"]["NewestBar"][];
            /**
             * Now
             * Format: date-time
             */
            now: string;
        };
        /**
         * HealthPart
         * @description A part of the platform that the server depends on.
         */
        HealthPart: {
            /** Up */
            up: boolean;
            /**
             * About
             * @description What it is; if it is down, what is wrong and what to do
             */
            about: string;
            /**
             * Url
             * @description Address for a browser; only for dagster
             */
            url?: string | null;
        };
        /**
         * ImportAsked
         * @description Files to import, and what cannot be seen in them.
         */
        ImportAsked: {
            /**
             * Path
             * @description File, archive or folder below the server's folder of imports
             * @example firstrate/ES_Z25.txt
             */
            path: string;
            /**
             * Profile
             * @description How the files are written; null: the profiles that fit are tried
             */
            profile?: string | null;
            /**
             * Zone
             * @description Time zone instead of the profile's
             * @default
             */
            zone: string;
            /**
             * Label
             * @description End of the bar that a time marks, instead
             * @default
             * @enum {string}
             */
            label: "" | "start" | "end";
            /**
             * Instrument
             * @description Instrument of all rows, where names do not say it
             */
            instrument?: string | null;
            /**
             * Contract
             * @description Contract month of all rows, where names do not say it
             * @default
             */
            contract: string;
            /**
             * Rolls
             * @description File with the rolls of continuous files, in the same folder; null: by the prices
             */
            rolls?: string | null;
            /**
             * Source
             * @description Name of the source; empty: that of the profile
             * @default
             */
            source: string;
            /**
             * Accept Doubts
             * @description Import although zone, label or scale are doubtful
             * @default false
             */
            accept_doubts: boolean;
            /**
             * Synthetic
             * @description The files hold synthetic bars
             * @default false
             */
            synthetic: boolean;
        };
        /**
         * ImportDetail
         * @description An import with its months.
         */
        ImportDetail: {
            /** Id */
            id: number;
            /** Source */
            source: string;
            /** Profile */
            profile: string;
            /**
             * Zone
             * @description Time zone of the files' times
             */
            zone: string;
            /**
             * Label
             * @description End of the bar that a time marks: start or end
             */
            label: string;
            /**
             * Path
             * @description File, archive or folder that was named
             */
            path: string;
            /** Files */
            files: components["schemas"]["FileOfImport"][];
            /**
             * Rows
             * @description Rows that became bars
             */
            rows: number;
            /**
             * Unreadable
             * @description Rows that could not be read
             */
            unreadable: number;
            /** Doubts */
            doubts: string[];
            /**
             * Accepted
             * @description True if grave doubts were accepted
             */
            accepted: boolean;
            /**
             * Asked At
             * Format: date-time
             */
            asked_at: string;
            /**
             * Asked By
             * @description User or key; null: the command line
             */
            asked_by: string | null;
            /**
             * Complete
             * @description True if every month is stored
             */
            complete: boolean;
            /** Months */
            months: components["schemas"]["MonthOfImport"][];
        };
        /**
         * ImportOfFiles
         * @description An import: what was read, how, and what was doubtful about it.
         */
        ImportOfFiles: {
            /** Id */
            id: number;
            /** Source */
            source: string;
            /** Profile */
            profile: string;
            /**
             * Zone
             * @description Time zone of the files' times
             */
            zone: string;
            /**
             * Label
             * @description End of the bar that a time marks: start or end
             */
            label: string;
            /**
             * Path
             * @description File, archive or folder that was named
             */
            path: string;
            /** Files */
            files: components["schemas"]["FileOfImport"][];
            /**
             * Rows
             * @description Rows that became bars
             */
            rows: number;
            /**
             * Unreadable
             * @description Rows that could not be read
             */
            unreadable: number;
            /** Doubts */
            doubts: string[];
            /**
             * Accepted
             * @description True if grave doubts were accepted
             */
            accepted: boolean;
            /**
             * Asked At
             * Format: date-time
             */
            asked_at: string;
            /**
             * Asked By
             * @description User or key; null: the command line
             */
            asked_by: string | null;
            /**
             * Complete
             * @description True if every month is stored
             */
            complete: boolean;
        };
        /**
         * ImportPage
         * @description Imports, newest first.
         */
        ImportPage: {
            /** Imports */
            imports: components["schemas"]["ImportOfFiles"][];
        };
        /**
         * Indicators
         * @description The lines of a strategy over bars.
         */
        Indicators: {
            /**
             * Timestamps
             * @description Start of each bar, seconds since 1970 in UTC, ascending
             */
            timestamps: number[];
            /**
             * Lines
             * @description Empty for a strategy that declares none
             */
            lines: components["schemas"]["ChartLine"][];
            /**
             * Bars Needed
             * @description Bars up to and including the first one on which the strategy can decide
             */
            bars_needed: number;
            /**
             * Factor
             * @description Of the newest bar: its price = the contract's own price x factor + adjustment. Bars that are adjusted up to a later roll have others
             */
            factor: number | null;
            /** Adjustment */
            adjustment: number | null;
        };
        /**
         * InstrumentInfo
         * @description An instrument of the registry.
         */
        InstrumentInfo: {
            /** Symbol */
            symbol: string;
            /** Name */
            name: string;
            /** Kind */
            kind: string;
            /** Exchange */
            exchange: string;
            /** Currency */
            currency: string;
            /**
             * Multiplier
             * @description Units in one contract, as the gateway states it
             */
            multiplier: number;
            /**
             * Min Tick
             * @description Smallest price step for one unit, in the currency, as the gateway states it
             */
            min_tick: number;
            /**
             * Price Magnifier
             * @description Factor of bar prices: 100 if they are in cents or pence
             */
            price_magnifier: number;
            /**
             * Point Value
             * @description Money per point and contract: multiplier / price_magnifier
             */
            point_value: number;
            /**
             * Tick
             * @description Smallest price step of bars, in points: min_tick x price_magnifier
             */
            tick: number;
            /**
             * Tick Value
             * @description Money of one tick and contract
             */
            tick_value: number;
            /**
             * Decimals
             * @description Decimal places of a price
             */
            decimals: number;
            /**
             * Months
             * @description Codes of the traded contract months; empty if there are none
             */
            months: string;
            /** Calendar */
            calendar: string;
            /**
             * Time Zone
             * @description Time zone of the exchange, which names its trade dates, like America/Chicago
             */
            time_zone: string;
            /**
             * Roll
             * @description Rule of the roll calendar; empty if there are no rolls
             */
            roll: string;
        };
        /**
         * InstrumentSources
         * @description The sources of an instrument's bars. Without a rule the gateway comes first.
         */
        InstrumentSources: {
            /** Symbol */
            symbol: string;
            /**
             * Sources
             * @description By contract and source
             */
            sources: components["schemas"]["SourceOfContract"][];
            /**
             * Rules
             * @description In the order in which they were made
             */
            rules: components["schemas"]["OrderOfSources"][];
        };
        /**
         * JobLog
         * @description A page of a job's log, oldest first.
         */
        JobLog: {
            /** Events */
            events: components["schemas"]["LoggedEvent"][];
            /**
             * Next Cursor
             * @description Send it as `after` for what follows, also of a job that goes on; null when it has ended and all is read
             */
            next_cursor: string | null;
        };
        /**
         * JobPage
         * @description Jobs, newest first.
         */
        JobPage: {
            /** Jobs */
            jobs: components["schemas"]["JobStatus"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: string | null;
        };
        /**
         * JobState
         * @description State of a job.
         * @enum {string}
         */
        JobState: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        /**
         * JobStatus
         * @description State of started work: one run of the graph, or several in sequence.
         */
        JobStatus: {
            /** Id */
            id: string;
            /**
             * Kind
             * @description extract, backtest, search, study, materialize, decide or import; run for one of another surface
             */
            kind: string;
            /** About */
            about: string;
            state: components["schemas"]["JobState"];
            /**
             * Done
             * @description Number of steps that have ended
             */
            done: number;
            /**
             * Steps
             * @description Number of all steps known so far
             */
            steps: number;
            /**
             * Message
             * @description Why it failed, else empty
             */
            message: string;
            /**
             * Runs
             * @description Ids of its runs in Dagster, oldest first
             */
            runs: string[];
            /**
             * Url
             * @description Page of the newest run in Dagster
             */
            url: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Ended At */
            ended_at: string | null;
            /**
             * Backtest
             * @description Name of the spec, if the job is a backtest
             */
            backtest: string | null;
            /**
             * Job
             * @description Name of the job in Dagster of its newest run, like update_bars; null for a selection of assets
             */
            job: string | null;
            /**
             * Surface
             * @description API, command line, schedule, sensor, or Dagster for its own pages
             */
            surface: string | null;
            /** @description Why its newest run has not begun; null if it has */
            waiting: components["schemas"]["WaitReason"] | null;
            /** @description How far it is within its step; null where that is not known */
            progress: components["schemas"]["Advance"] | null;
        };
        /**
         * KeyKind
         * @description The kind of a key; the values are the names of Dagster's partitions.
         * @enum {string}
         */
        KeyKind: "backtest" | "instrument" | "search" | "walk_forward" | "monte_carlo" | "portfolio";
        /**
         * LabelsRequest
         * @description Changes of title, tags and note; fields that are left out stay as they are.
         */
        LabelsRequest: {
            /**
             * Title
             * @description Name to show; null or empty: the name of the spec
             */
            title?: string | null;
            /**
             * Note
             * @description Remarks, of several lines if need be; null or empty: none
             */
            note?: string | null;
            /**
             * Tags
             * @description All tags, in place of the present ones
             */
            tags?: string[] | null;
            /**
             * Add Tags
             * @example [
             *       "keep"
             *     ]
             */
            add_tags?: string[];
            /** Remove Tags */
            remove_tags?: string[];
        };
        /**
         * LastRequest
         * @description The newest request for bars, to any gateway, paced or not.
         */
        LastRequest: {
            /**
             * At
             * Format: date-time
             * @description By the gateway's clock, UTC
             */
            at: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            outcome: components["schemas"]["Outcome"];
            /** Bars */
            bars: number;
            /**
             * Message
             * @description The gateway's message, if any
             */
            message: string | null;
        };
        /**
         * LimitUse
         * @description What is used of one limit.
         */
        LimitUse: {
            /** Name */
            name: string;
            /**
             * Used
             * @description null: not known
             */
            used: number | null;
            /** Limit */
            limit: number;
        };
        /**
         * LockEntry
         * @description Why an instrument is not traded until a person has looked.
         */
        LockEntry: {
            /** Id */
            id: number;
            /** Account */
            account: string;
            /** Symbol */
            symbol: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Reason
             * @description What disagrees: position, average cost, realized profit, order or execution; or flattened
             */
            reason: string;
            /**
             * Ours
             * @description Our side
             */
            ours: string;
            /**
             * Theirs
             * @description The broker's side
             */
            theirs: string;
            /**
             * Resolved At
             * @description null while it locks
             */
            resolved_at: string | null;
            /** Resolved By */
            resolved_by: string | null;
            /** Resolution */
            resolution: string | null;
        };
        /**
         * LockList
         * @description Locks of instruments.
         */
        LockList: {
            /** Account */
            account: string;
            /** Locks */
            locks: components["schemas"]["LockEntry"][];
        };
        /**
         * LogEntry
         * @description One line of a trader's log.
         */
        LogEntry: {
            /** Id */
            id: number;
            /** Account */
            account: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Level */
            level: string;
            /**
             * Subject
             * @description An instrument, a spec or an order; empty for the trader itself
             */
            subject: string;
            /** Words */
            words: string;
        };
        /**
         * LoggedEvent
         * @description One event of a job's log.
         */
        LoggedEvent: {
            /**
             * Cursor
             * @description Send it as `after` to read on from here
             */
            cursor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Level
             * @description DEBUG, INFO, WARNING, ERROR or CRITICAL
             */
            level: string;
            /**
             * Step
             * @description Name of the step; empty for an event of the run
             */
            step: string;
            /** Message */
            message: string;
            /** Failed */
            failed: boolean;
            /**
             * Error
             * @description Class of the error, of a failure or a retry
             */
            error: string | null;
            /**
             * Cause
             * @description The innermost error in its own words
             */
            cause: string | null;
        };
        /**
         * Login
         * @description The caller's key and what it may do.
         */
        Login: {
            /**
             * Keys Required
             * @description False if the server answers without keys
             */
            keys_required: boolean;
            /**
             * Name
             * @description Name of the key; null without one
             */
            name: string | null;
            /** @description What the caller may do; null: nothing without a key */
            scope: components["schemas"]["Scope"] | null;
        };
        /**
         * LoginRequest
         * @description The key to sign in with.
         */
        LoginRequest: {
            /** Key */
            key: string;
        };
        /**
         * MaterializeRequest
         * @description Assets to materialize; they have the same partitions.
         */
        MaterializeRequest: {
            /**
             * Assets
             * @example [
             *       "roll_calendar"
             *     ]
             */
            assets: string[];
            /**
             * Partition
             * @example ES
             */
            partition?: string | null;
            /**
             * Last Partition
             * @description Last partition of a range of months
             */
            last_partition?: string | null;
        };
        /**
         * MetricDefinition
         * @description What a figure of a result is.
         */
        MetricDefinition: {
            /**
             * Key
             * @description Name among the metrics of a result
             */
            key: string;
            /** Formula */
            formula: string;
            /**
             * Unit
             * @description money, share, ratio, sessions, days, bars or count
             */
            unit: string;
            /** Group */
            group: string;
            /**
             * Needs
             * @description sessions, trades, bars or benchmark
             */
            needs: string;
            /**
             * Annual
             * @description True if it is scaled to a year
             */
            annual: boolean;
            /**
             * Least
             * @description The smallest sample of which it is meaningful; empty if any will do
             */
            least: string;
            /**
             * Reliable From
             * @description Sessions, or trades for means and ratios of trades, from which it is reliable; 0: always
             */
            reliable_from: number;
            /**
             * Distorted
             * @description True if sessions without bars distort it
             */
            distorted: boolean;
            /**
             * Gain
             * @description True if it is a gain above zero and a loss below
             */
            gain: boolean;
            /**
             * Better
             * @description Which value is the better one; null: a search must say it by + or -
             */
            better?: ("larger" | "smaller") | null;
        };
        /**
         * MetricList
         * @description All figures of a result, in the order in which they are shown.
         */
        MetricList: {
            /** Metrics */
            metrics: components["schemas"]["MetricDefinition"][];
        };
        /**
         * MinuteGap
         * @description Consecutive minutes `[start, end)` of one contract's session, UTC, of one class.
         */
        MinuteGap: {
            /** Contract */
            contract: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Class
             * @description One of quarantined, failed, never_asked
             */
            class: string;
        };
        /**
         * MinuteGaps
         * @description Intervals of minutes that are quarantined or unknown, by contract and start.
         */
        MinuteGaps: {
            /** Symbol */
            symbol: string;
            /** Gaps */
            gaps: components["schemas"]["MinuteGap"][];
        };
        /**
         * MissingRange
         * @description Consecutive requested sessions without bars, for one reason.
         */
        MissingRange: {
            /**
             * First
             * Format: date
             * @description First trade date
             */
            first: string;
            /**
             * Last
             * Format: date
             * @description Last trade date
             */
            last: string;
            /** Sessions */
            sessions: number;
            /**
             * Contract
             * @description Contract month of these sessions; empty if unknown
             */
            contract: string;
            /**
             * Reason
             * @description One of not_validated, quarantined, failed, never_asked, no_contract
             */
            reason: string;
        };
        /**
         * MonteCarloSpec
         * @description One simulation. The command line and API are built from this model; a field's description is its help.
         */
        MonteCarloSpec: {
            /**
             * Name
             * @description Name under which the spec and its results are kept; default: made of what the spec says
             * @default unnamed
             */
            name: string;
            /**
             * Result
             * @description The backtest to simulate: id or name of a stored result, the name of a spec, or its fields; one without a result is run first
             * @example sma_cross-ES-1h
             */
            result: string | {
                [key: string]: unknown;
            };
            /**
             * Simulations
             * @description What is simulated, of block_bootstrap, bootstrap, trade_bootstrap, trade_shuffle, costs, parameters, skips, delays; default: all that the backtest allows
             * @example block_bootstrap, trade_shuffle
             */
            simulations?: string[] | null;
            /**
             * Paths
             * @description Paths of each simulation of sessions and trades
             * @default 10000
             */
            paths: number;
            /**
             * Horizon
             * @description Sessions of a path; default: as many as the result has
             */
            horizon?: number | null;
            /**
             * Block Length
             * @description Mean sessions of a block; default: by Politis and White
             */
            block_length?: number | null;
            /**
             * Growth
             * @description fixed adds up the money of sessions, compounding multiplies their returns; auto is fixed for a backtest whose number of contracts does not depend on its equity
             * @default auto
             * @enum {string}
             */
            growth: "auto" | "fixed" | "compounding";
            /**
             * Runs
             * @description Runs of the strategy for each kind of change
             * @default 200
             */
            runs: number;
            /**
             * Fee Jitter
             * @description Largest random change of all fees, in percent
             * @default 25
             */
            fee_jitter: number;
            /**
             * Slippage Jitter
             * @description Largest random change of slippage, in percent
             * @default 100
             */
            slippage_jitter: number;
            /**
             * Parameter Jitter
             * @description Largest random change of each number among the parameters, in percent
             * @default 10
             */
            parameter_jitter: number;
            /**
             * Skipped
             * @description Trades that are left out at random, in percent
             * @default 10
             */
            skipped: number;
            /**
             * Delay
             * @description Most bars by which an order is filled later
             * @default 2
             */
            delay: number;
            /**
             * Ruin
             * @description When an account is ruined: below the newest margin of the smallest position that it held (position), of the largest one (largest) or of one contract (contract), or below a share of the starting capital, like 50%
             * @default position
             */
            ruin: string;
            /**
             * Goal
             * @description Equity of which the chance to reach it is told
             */
            goal?: (number | string) | null;
            /**
             * Quantiles
             * @description Quantiles of the fan, in percent
             * @default [
             *       5,
             *       25,
             *       50,
             *       75,
             *       95
             *     ]
             */
            quantiles: number[];
            /**
             * Confidence
             * @description Confidence of the intervals of risks, in percent
             * @default 95
             */
            confidence: number;
            /**
             * Risks
             * @description Risks of ruin for which the needed capital is told, in percent
             * @default [
             *       1,
             *       5,
             *       10
             *     ]
             */
            risks: number[];
            /**
             * Most Ruin
             * @description Bound of the check: largest risk of ruin, in percent
             * @default 5
             */
            most_ruin: number;
            /**
             * Most Drawdown
             * @description Bound of the check: largest expected drawdown, in percent
             * @default 30
             */
            most_drawdown: number;
            /**
             * Least Rank
             * @description Bound of the check: least share of paths, in percent, whose drawdown is smaller than the real one; below it the history was lucky
             * @default 5
             */
            least_rank: number;
            /**
             * Seed
             * @description Start of the random numbers
             * @default 0
             */
            seed: number;
            /**
             * Workers
             * @description Threads that draw paths; default: one for each processor
             */
            workers?: number | null;
        };
        /**
         * MonthOfImport
         * @description A month of trade dates of a contract in the files, and what storing it did.
         */
        MonthOfImport: {
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Month
             * Format: date
             * @description First day of the month
             */
            month: string;
            /**
             * Minutes
             * @description Minutes with a bar
             */
            minutes: number;
            /**
             * Stored At
             * @description UTC; null: not yet
             */
            stored_at: string | null;
            /** Inserted */
            inserted: number;
            /** Unchanged */
            unchanged: number;
            /**
             * Revised
             * @description Bars that were stored with other values, which are revisions now
             */
            revised: number;
            /**
             * Withdrawn
             * @description Stored bars of the source that the files lack
             */
            withdrawn: number;
        };
        /**
         * MonthlyCoverage
         * @description Months of one instrument, all contracts together; all lists have the same length.
         */
        MonthlyCoverage: {
            /** Symbol */
            symbol: string;
            /**
             * Months
             * @description Like 2026-10, ascending
             */
            months: string[];
            /** Sessions */
            sessions: number[];
            /** Expected */
            expected: number[];
            /** Missing */
            missing: number[];
            /** Quarantined */
            quarantined: number[];
            /** @description Sessions up to now that were never requested; their minutes are in no month */
            not_asked?: components["schemas"]["UnrequestedSessions"] | null;
        };
        /**
         * MonthlyReturn
         * @description Return of one month of trade dates, as a fraction.
         */
        MonthlyReturn: {
            /**
             * Month
             * @description Like 2026-10
             */
            month: string;
            /** Return */
            return: number;
        };
        /**
         * MonthlyReturns
         * @description Monthly returns of a result, ascending.
         */
        MonthlyReturns: {
            /** Id */
            id: string;
            /** Months */
            months: components["schemas"]["MonthlyReturn"][];
        };
        /**
         * NamedStudies
         * @description The specs of one kind that have a name.
         */
        NamedStudies: {
            /** Specs */
            specs: components["schemas"]["NamedStudy"][];
        };
        /**
         * NamedStudy
         * @description A spec by its name.
         */
        NamedStudy: {
            /** Name */
            name: string;
            /**
             * Spec
             * @description Null for a stored spec that can no longer be read
             */
            spec: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * NewestBar
         * @description The newest bar of an instrument and timeframe.
         */
        NewestBar: {
            /** Symbol */
            symbol: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Last
             * Format: date-time
             * @description Start of the newest bar, UTC
             */
            last: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
        };
        /**
         * OrderDetail
         * @description An order with everything that was heard about it, in the order of arrival.
         */
        OrderDetail: {
            /** Ref */
            ref: string;
            /** Account */
            account: string;
            /** Spec */
            spec: string;
            /**
             * Cause
             * @description bar, roll or flatten
             */
            cause: string;
            /**
             * Bar
             * Format: date-time
             * @description Start of the deciding bar
             */
            bar: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Action
             * @description BUY or SELL
             */
            action: string;
            /** Quantity */
            quantity: number;
            /** Filled */
            filled: number;
            /**
             * Order Type
             * @description MKT, LMT or STP
             */
            order_type: string;
            /** Limit Price */
            limit_price: number | null;
            /** Stop Price */
            stop_price: number | null;
            /** Tif */
            tif: string;
            /**
             * Price
             * @description Price of the market at the decision, in points
             */
            price: number | null;
            /** State */
            state: string;
            /**
             * Open
             * @description False once nothing more is expected of it
             */
            open: boolean;
            /**
             * Why
             * @description Last reason of the broker or of the limits; often empty
             */
            why: string;
            /** Client Id */
            client_id: number | null;
            /** Order Id */
            order_id: number | null;
            /** Perm Id */
            perm_id: number | null;
            /**
             * Planned At
             * Format: date-time
             */
            planned_at: string;
            /** Sent At */
            sent_at: string | null;
            /**
             * Cancel At
             * @description When its cancel was asked for
             */
            cancel_at: string | null;
            /** Events */
            events: components["schemas"]["OrderEventView"][];
        };
        /**
         * OrderEntry
         * @description An order.
         */
        OrderEntry: {
            /** Ref */
            ref: string;
            /** Account */
            account: string;
            /** Spec */
            spec: string;
            /**
             * Cause
             * @description bar, roll or flatten
             */
            cause: string;
            /**
             * Bar
             * Format: date-time
             * @description Start of the deciding bar
             */
            bar: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Action
             * @description BUY or SELL
             */
            action: string;
            /** Quantity */
            quantity: number;
            /** Filled */
            filled: number;
            /**
             * Order Type
             * @description MKT, LMT or STP
             */
            order_type: string;
            /** Limit Price */
            limit_price: number | null;
            /** Stop Price */
            stop_price: number | null;
            /** Tif */
            tif: string;
            /**
             * Price
             * @description Price of the market at the decision, in points
             */
            price: number | null;
            /** State */
            state: string;
            /**
             * Open
             * @description False once nothing more is expected of it
             */
            open: boolean;
            /**
             * Why
             * @description Last reason of the broker or of the limits; often empty
             */
            why: string;
            /** Client Id */
            client_id: number | null;
            /** Order Id */
            order_id: number | null;
            /** Perm Id */
            perm_id: number | null;
            /**
             * Planned At
             * Format: date-time
             */
            planned_at: string;
            /** Sent At */
            sent_at: string | null;
            /**
             * Cancel At
             * @description When its cancel was asked for
             */
            cancel_at: string | null;
        };
        /**
         * OrderEventView
         * @description What was heard about an order, and the state that followed.
         */
        OrderEventView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Kind */
            kind: string;
            /** State */
            state: string;
            /** Said */
            said: {
                [key: string]: unknown;
            };
        };
        /**
         * OrderOfSources
         * @description A rule of the user: the order in which sources count in a window; of two rules for one day the later one wins.
         */
        OrderOfSources: {
            /**
             * Sources
             * @description By rank; others come after them by name
             */
            sources: string[];
            /**
             * First
             * @description First trade date; null: from the beginning
             */
            first: string | null;
            /**
             * Last
             * @description Last trade date, included; null: without end
             */
            last: string | null;
        };
        /**
         * OrderPage
         * @description Orders, newest first.
         */
        OrderPage: {
            /** Account */
            account: string;
            /** Orders */
            orders: components["schemas"]["OrderEntry"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: string | null;
        };
        /**
         * Outcome
         * @description How a request ended.
         * @enum {string}
         */
        Outcome: "data" | "no_data" | "confirmed_empty" | "denied" | "timeout" | "pacing" | "no_permission" | "no_definition" | "rejected" | "disconnected" | "cancelled" | "unreadable" | "error";
        /**
         * PacingState
         * @description Usage of the request limits.
         */
        PacingState: {
            /**
             * Accounts
             * @description Accounts with recent requests; never simulated ones
             */
            accounts: components["schemas"]["AccountPacing"][];
            /** @description null if bars were never requested */
            last_request: components["schemas"]["LastRequest"] | null;
            /** Plans */
            plans: components["schemas"]["WorkProgressEntry"][];
        };
        /**
         * PacingWindow
         * @description A limit on the requests within a number of seconds.
         */
        PacingWindow: {
            /** Name */
            name: string;
            /** Seconds */
            seconds: number;
            /** Used */
            used: number;
            /** Limit */
            limit: number;
        };
        /**
         * PairFigure
         * @description One figure of a pair on the sessions that both have.
         */
        PairFigure: {
            /** First */
            first: number | null;
            /** Second */
            second: number | null;
            /**
             * Difference
             * @description First less second
             */
            difference: number | null;
            /**
             * Low
             * @description Interval of the difference; null if there are too few sessions
             */
            low: number | null;
            /** High */
            high: number | null;
            /**
             * Chance
             * @description Probability of such a difference between two equals
             */
            chance: number | null;
            /**
             * Corrected
             * @description The same by Holm's correction for all pairs and both figures
             */
            corrected: number | null;
            /**
             * Different
             * @description `corrected` is below 0.05, and the interval leaves out zero
             */
            different: boolean;
        };
        /**
         * PartitionKey
         * @description A partition key.
         */
        PartitionKey: {
            kind: components["schemas"]["KeyKind"];
            /** Key */
            key: string;
            /**
             * Holds
             * @description What is stored under the key, like 2 results; empty if nothing is
             */
            holds: string;
            /**
             * At Work
             * @description True while a run works on the key
             */
            at_work: boolean;
            /**
             * Kept By
             * @description Why the key cannot be removed, and what to do first; empty if it can be
             */
            kept_by: string;
            /**
             * Unused
             * @description True if the key can be removed and nothing is stored under it
             */
            unused: boolean;
        };
        /**
         * PartitionKeys
         * @description Partition keys by kind and name.
         */
        PartitionKeys: {
            /** Partitions */
            partitions: components["schemas"]["PartitionKey"][];
        };
        /**
         * PlannedStudy
         * @description What a study will do and cost.
         */
        PlannedStudy: {
            /**
             * Name
             * @description Name of its spec
             */
            name: string;
            /**
             * Words
             * @description What will be done, one sentence; empty where the spec says it
             */
            words: string;
            /**
             * Trials
             * @description Sets of parameters that it tries at most; null: as many as the minutes of its search allow
             */
            trials: number | null;
            /**
             * Tried
             * @description Sets tried so far of each strategy whose sets it tries
             */
            tried: {
                [key: string]: number;
            };
        };
        /**
         * PortfolioPart
         * @description One backtest whose strategy trades in the account of a portfolio; its own cash and window do not count.
         */
        PortfolioPart: {
            /**
             * Backtest
             * @description Name of a backtest spec, or its fields
             */
            backtest: string | {
                [key: string]: unknown;
            };
            /**
             * Weight
             * @description Weight in the forecast of its instrument, beside its other parts; default: 1
             */
            weight?: number | null;
        };
        /**
         * PortfolioSpec
         * @description One portfolio. The file, command line and API are built from this model; a field's description is its help.
         */
        PortfolioSpec: {
            /**
             * Name
             * @description Name under which the spec and its results are kept; default: made of what the spec says
             * @default unnamed
             */
            name: string;
            /**
             * Cash
             * @description Money in the account before the first bar
             * @example 1000000
             */
            cash: number | string;
            /**
             * Currency
             * @description Currency of the account
             * @default USD
             * @example USD
             */
            currency: string;
            /**
             * From
             * @description First trade date; default: as far as bars reach
             */
            from?: string | null;
            /**
             * To
             * @description Last trade date, included; default: as far as bars reach
             */
            to?: string | null;
            /**
             * Parts
             * @description The backtests whose strategies trade in the account: names of specs, or for each its name or fields as backtest and its weight in the forecast of its instrument
             * @example sma_cross-ES-1h, sma_cross-NQ-1h
             */
            parts: components["schemas"]["PortfolioPart"][];
            /**
             * Sizing
             * @description How many contracts: volatility(20, window=25) aims at this yearly volatility of the account in percent, measured on so many sessions; own trades each part by its own sizing
             * @default volatility(20, window=25)
             */
            sizing: string;
            /**
             * Weights
             * @description How the risk is divided among instruments: equal, inverse_volatility, equal_risk, minimum_variance, hierarchical, or by hand like ES=0.5, EC=0.5
             * @default equal
             * @example equal_risk
             */
            weights: string | {
                [key: string]: number;
            };
            /**
             * Estimation
             * @description Sessions from which weights are estimated: the last ones (rolling) or all (expanding)
             * @default rolling
             * @enum {string}
             */
            estimation: "rolling" | "expanding";
            /**
             * Window
             * @description Sessions of an estimate of weights and multiplier; until there are so many, weights are equal
             * @default 126
             */
            window: number;
            /**
             * Every
             * @description Sessions from one estimate to the next
             * @default 21
             */
            every: number;
            /**
             * Scaled
             * @description Scale forecasts so that their mean size so far is one; otherwise signals are taken as given
             * @default true
             */
            scaled: boolean;
            /**
             * Cap
             * @description Largest size of a scaled forecast
             * @default 2
             */
            cap: number;
            /**
             * Multiplier
             * @description Diversification multiplier; default: estimated from the correlations
             */
            multiplier?: number | null;
            /**
             * Multiplier Cap
             * @description Largest estimated diversification multiplier
             * @default 2.5
             */
            multiplier_cap: number;
            /**
             * Buffer
             * @description Percent of an average position within which the held contracts are kept
             * @default 10
             */
            buffer: number;
            /**
             * Rounding
             * @description How ideal positions become whole contracts: nearest rounds each; search looks once a session for the whole contracts together that come nearest to the ideal portfolio
             * @default nearest
             * @enum {string}
             */
            rounding: "nearest" | "search";
            /**
             * Shadow Cost
             * @description For the rounding search: how much nearer to the ideal portfolio a trade must come for its costs; 0: costs do not count
             * @default 1
             */
            shadow_cost: number;
            /**
             * Margin Limit
             * @description Largest share of the equity that margin may take, in percent
             * @default 100
             */
            margin_limit: number;
            /**
             * Rates
             * @description Money of the account for one unit of another currency: a number, or the instrument whose price is the rate, like EUR=EC
             */
            rates?: {
                [key: string]: number | string;
            };
            /**
             * Most Concentration
             * @description Bound of the check: largest share of the risk in one instrument, in percent
             * @default 60
             */
            most_concentration: number;
            /**
             * Most Margin
             * @description Bound of the check: largest share of the equity in margin, in percent
             * @default 60
             */
            most_margin: number;
            /**
             * Most Distance
             * @description Bound of the check: distance of the tradable portfolio from the ideal one, in percent of the volatility of the ideal one
             * @default 25
             */
            most_distance: number;
            /**
             * Most Stale
             * @description Bound of the check: sessions that a part may end before the newest one
             * @default 5
             */
            most_stale: number;
            /**
             * Least Sessions
             * @description Bound of the check: sessions from which correlation is estimated
             * @default 60
             */
            least_sessions: number;
        };
        /**
         * PositionList
         * @description Every contract that was ever traded, by instrument and month.
         */
        PositionList: {
            /** Account */
            account: string;
            /** Positions */
            positions: components["schemas"]["PositionView"][];
        };
        /**
         * PositionView
         * @description The sum of the executions in one contract.
         */
        PositionView: {
            /** Account */
            account: string;
            /** Symbol */
            symbol: string;
            /**
             * Contract
             * @description Contract month; empty if unknown
             */
            contract: string;
            /** Con Id */
            con_id: number;
            /**
             * Quantity
             * @description Contracts, negative for short
             */
            quantity: number;
            /**
             * Average Price
             * @description In points; 0 without a position
             */
            average_price: number;
            /**
             * Last Price
             * @description Close of the newest live bar, in points; null: none is stored
             */
            last_price: number | null;
            /**
             * Last At
             * @description Start of that bar
             */
            last_at: string | null;
            /**
             * Open Profit
             * @description At that price, without fees, in `currency`
             */
            open_profit: number | null;
            /**
             * Realized
             * @description Net of commissions, in `currency`; null for an unknown instrument
             */
            realized: number | null;
            /** Commissions */
            commissions: number;
            /** Currency */
            currency: string;
            /**
             * Specs
             * @description Contracts that each spec holds
             */
            specs: {
                [key: string]: number;
            };
        };
        /**
         * QuarantineDecision
         * @description A decision about bars. With names and criteria, it applies to named bars that meet the criteria.
         */
        QuarantineDecision: {
            /**
             * Bars
             * @description Keys of bars, or of ranges like ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z
             * @default []
             */
            bars: string[];
            /** @description Without bars: all that match and await a decision (for `reopen`: that have one) */
            select?: components["schemas"]["BarCriteria"] | null;
            decision: components["schemas"]["Decision"];
            /**
             * Note
             * @description Reason of the decision
             * @default
             */
            note: string;
            /**
             * Dry Run
             * @description Decide nothing; the answer is 200 with a preview
             * @default false
             */
            dry_run: boolean;
            /**
             * Seen
             * @description `seen` of the preview: nothing is decided if the bars have changed since
             */
            seen?: string | null;
        };
        /**
         * QuarantineGroup
         * @description Number of bars of one reason, contract and session.
         */
        QuarantineGroup: {
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            reason: components["schemas"]["Reason"];
            /** Acceptable */
            acceptable: boolean;
            /** Bars */
            bars: number;
        };
        /**
         * QuarantineList
         * @description Quarantined bars, the most severe reason first, then by instrument, contract and time.
         */
        QuarantineList: {
            /** Bars */
            bars: components["schemas"]["QuarantinedBar"][];
            /**
             * Total
             * @description Number of all bars; the list has at most 5,000
             */
            total: number;
            /**
             * Groups
             * @description How many there are of each reason, contract and session, in that order
             */
            groups: components["schemas"]["QuarantineGroup"][];
        };
        /**
         * QuarantinedBar
         * @description A bar that failed validation, as received, with the newest decision about it.
         */
        QuarantinedBar: {
            /**
             * Bar
             * @description Key of the bar, like ES/202612/2026-10-05T13:30Z
             */
            bar: string;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Trade Date
             * Format: date
             * @description Outside every session: that of the session before it
             */
            trade_date: string;
            /** Open */
            open: number | null;
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            /** Close */
            close: number | null;
            /** Volume */
            volume: number;
            /** Reason */
            reason: string;
            /** Detail */
            detail: string;
            /**
             * Acceptable
             * @description False if the bar is impossible, not merely suspect
             */
            acceptable: boolean;
            decision: components["schemas"]["Decision"] | null;
            /** Decided At */
            decided_at: string | null;
            /** Decided By */
            decided_by: string | null;
            /** Note */
            note: string | null;
        };
        /**
         * Reason
         * @description Reasons for quarantine, the gravest first; a bar that breaks several rules gets the gravest of their reasons.
         *
         *     Contradictions, which cannot be accepted, come before suspicions; a bar without a price comes first, one without a
         *     price or volume of its own last.
         * @enum {string}
         */
        Reason: "schema" | "unknown_contract" | "negative_volume" | "ohlc_order" | "off_tick" | "after_expiry" | "outside_session" | "duplicate" | "volume_limit" | "price_limit" | "spike" | "flat_run";
        /**
         * ReconciliationEntry
         * @description One comparison with the broker.
         */
        ReconciliationEntry: {
            /** Account */
            account: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Cause
             * @description start, reconnection, schedule, close or resolve
             */
            cause: string;
            /** Agrees */
            agrees: boolean;
            /**
             * Compared
             * @description Numbers of positions, open orders and executions
             */
            compared: {
                [key: string]: number;
            };
            /** Differences */
            differences: string[];
        };
        /**
         * ReconciliationList
         * @description Comparisons with the broker, newest first.
         */
        ReconciliationList: {
            /** Account */
            account: string;
            /** Reconciliations */
            reconciliations: components["schemas"]["ReconciliationEntry"][];
        };
        /**
         * ReleaseRequest
         * @description The kill switch, off.
         */
        ReleaseRequest: {
            /**
             * Account
             * @description Account to release, * for the halt of all; null: everything
             */
            account?: string | null;
        };
        /**
         * ReleasedHalts
         * @description What ended, and what still halts.
         */
        ReleasedHalts: {
            /** Released */
            released: components["schemas"]["HaltView"][];
            /** Halts */
            halts: components["schemas"]["HaltView"][];
        };
        /**
         * RequestEntry
         * @description A request to the gateway for bars that start in `[window_start, window_end)`, UTC.
         */
        RequestEntry: {
            /** Id */
            id: number;
            /** Symbol */
            symbol: string;
            /** Contract */
            contract: string;
            /** Timeframe */
            timeframe: string;
            /**
             * Window Start
             * Format: date-time
             */
            window_start: string;
            /**
             * Window End
             * Format: date-time
             */
            window_end: string;
            outcome: components["schemas"]["Outcome"];
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
            /** Duration Ms */
            duration_ms: number;
            /** Code */
            code: number | null;
            /** Message */
            message: string | null;
            /** Bars */
            bars: number;
            /** Run Id */
            run_id: string | null;
        };
        /**
         * RequestPage
         * @description Entries of the request ledger, newest first.
         */
        RequestPage: {
            /** Requests */
            requests: components["schemas"]["RequestEntry"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: number | null;
        };
        /**
         * ResolveRequest
         * @description The end of an instrument's locks, after a person has looked.
         */
        ResolveRequest: {
            /**
             * Account
             * @description Default: the account that is traded
             */
            account?: string | null;
            /** Symbol */
            symbol: string;
            /**
             * Adopt
             * @description Take the broker's position as ours; without it both must agree already
             * @default false
             */
            adopt: boolean;
            /**
             * Note
             * @description What was found; kept with the lock
             * @default
             */
            note: string;
        };
        /**
         * Restatement
         * @description A changed value of one bar.
         */
        Restatement: {
            /** Contract */
            contract: string;
            /**
             * Timestamp
             * Format: date-time
             * @description Start of the bar, UTC
             */
            timestamp: string;
            /**
             * Field
             * @description open, high, low, close, volume, wap or count
             */
            field: string;
            /** Old */
            old: number | null;
            /**
             * New
             * @description Null if the gateway withdrew the bar
             */
            new: number | null;
            /**
             * Request
             * @description Id of the request that brought the new value
             */
            request: number;
            /**
             * Replaced At
             * Format: date-time
             */
            replaced_at: string;
        };
        /**
         * Restatements
         * @description Changed values, the newest restatement first.
         */
        Restatements: {
            /** Symbol */
            symbol: string;
            /** Changes */
            changes: components["schemas"]["Restatement"][];
        };
        /**
         * ResultPair
         * @description Two of several results; `compare?a=&b=` says more about them.
         */
        ResultPair: {
            /**
             * First
             * @description Id
             */
            first: string;
            /** Second */
            second: string;
            /**
             * Sessions
             * @description Sessions that both have
             */
            sessions: number;
            /** @description Mean return a session */
            mean: components["schemas"]["PairFigure"];
            /** @description Sharpe ratio per session */
            sharpe: components["schemas"]["PairFigure"];
            /**
             * Different
             * @description True if one of the two figures is different
             */
            different: boolean;
        };
        /**
         * ResultTables
         * @description Tables of a result by columns; the profits of each add up to the net profit.
         */
        ResultTables: {
            /** Id */
            id: string;
            /** Month */
            month: {
                [key: string]: unknown[];
            };
            /** Year */
            year: {
                [key: string]: unknown[];
            };
            /** Weekday */
            weekday: {
                [key: string]: unknown[];
            };
            /**
             * Hour
             * @description By whole hours from the session's open; null without a calendar
             */
            hour?: {
                [key: string]: unknown[];
            } | null;
            /**
             * Side
             * @description All trades, the long and the short ones
             */
            side: {
                [key: string]: unknown[];
            };
            /**
             * Drawdowns
             * @description The ten deepest, over the ends of sessions
             */
            drawdowns: {
                [key: string]: unknown[];
            };
        };
        /**
         * Roll
         * @description A roll: from this trade date on, the series is in the new contract.
         */
        Roll: {
            /**
             * At
             * @description Open of the first session in the new contract, UTC
             */
            at: string | null;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            /** From Contract */
            from_contract: string;
            /** To Contract */
            to_contract: string;
            /** From Price */
            from_price: number | null;
            /** To Price */
            to_price: number | null;
            /**
             * Gap
             * @description New price minus old price, in points; null if unknown
             */
            gap: number | null;
            /** Note */
            note: string;
        };
        /**
         * RollList
         * @description The roll calendar of one instrument.
         */
        RollList: {
            /** Symbol */
            symbol: string;
            /** Rule */
            rule: string;
            /**
             * Front
             * @description The contract after the last roll
             */
            front: string | null;
            /** Rolls */
            rolls: components["schemas"]["Roll"][];
            /**
             * Rules
             * @description Rules that have a calendar
             */
            rules: string[];
        };
        /**
         * Scope
         * @description Permissions of a key; each scope includes reading, `admin` also running.
         * @enum {string}
         */
        Scope: "read" | "run" | "admin" | "trade";
        /**
         * SearchDetail
         * @description A search with its spec and what came out.
         */
        SearchDetail: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Family
             * @description The strategy whose trials it makes
             */
            family: string;
            /** Instrument */
            instrument: string;
            /** Timeframe */
            timeframe: string;
            /** Objective */
            objective: string;
            /**
             * State
             * @description running, stopped, done or failed
             */
            state: string;
            /**
             * Planned
             * @description Sets that it tries at most; null: as many as its minutes allow
             */
            planned: number | null;
            /**
             * Counts
             * @description Sets by what became of them
             */
            counts: {
                [key: string]: number;
            };
            /** Seconds */
            seconds: number;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Ended At */
            ended_at: string | null;
            /**
             * Best
             * @description The best set so far, with its figures
             */
            best: {
                [key: string]: unknown;
            } | null;
            /** Run Id */
            run_id: string | null;
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /** Backtest */
            backtest: {
                [key: string]: unknown;
            };
            /** Data Version */
            data_version: string;
            /** Code */
            code: string;
            /**
             * Summary
             * @description What came out; null before the end
             */
            summary: {
                [key: string]: unknown;
            } | null;
            /**
             * Kind
             * @description search
             */
            kind: string;
            /**
             * Figures
             * @description Best objective, counts of the trials, and what they leave of it
             */
            figures: {
                [key: string]: unknown;
            };
            /**
             * Checks
             * @description Empty: Dagster has the checks of searches
             */
            checks?: components["schemas"]["StudyCheckRow"][];
            /** Tables */
            tables: components["schemas"]["StudyTable"][];
            /**
             * Report
             * @description Address of the report below /api/v1; null before the end
             */
            report: string | null;
        };
        /**
         * SearchList
         * @description Searches, newest first.
         */
        SearchList: {
            /** Searches */
            searches: components["schemas"]["SearchSummary"][];
            /** Total */
            total: number;
        };
        /**
         * SearchPlanAnswer
         * @description A search that was not started: how many sets it would try, and what the best of them must beat.
         */
        SearchPlanAnswer: {
            /**
             * Name
             * @description Name under which the search would be kept
             */
            name: string;
            /**
             * Sets
             * @description Sets of the whole space
             */
            sets: number;
            /**
             * Fitting
             * @description Sets whose values fit together; null: too many to count
             */
            fitting: number | null;
            /**
             * Planned
             * @description Sets that it would try at most; null: as many as its minutes allow
             */
            planned: number | null;
            /**
             * Family Trials
             * @description Trials of the strategy so far, whatever tried them
             */
            family_trials: number;
            /**
             * Sessions
             * @description Sessions of the window of bars, by the calendar
             */
            sessions: number;
            /**
             * Sharpe By Luck
             * @description Sharpe ratio that the best of all trials, former ones included, is expected to show without any skill; null where it is not known
             */
            sharpe_by_luck: number | null;
            /**
             * Annual
             * @description The Sharpe ratio is annual; otherwise per session, because the window is short
             */
            annual: boolean;
            /**
             * Words
             * @description What would be tried, and what it costs in belief
             */
            words: string;
        };
        /**
         * SearchSpec
         * @description One search. The file, command line and API are built from this model; a field's description is its help.
         */
        SearchSpec: {
            /**
             * Name
             * @description Name under which the search is kept; default: made of what the spec says
             * @default unnamed
             */
            name: string;
            /**
             * Backtest
             * @description The backtest whose parameters are searched: the name of a spec, or its fields
             * @example sma_cross-ES-1h
             */
            backtest: string | {
                [key: string]: unknown;
            };
            /**
             * Parameters
             * @description Values to try by parameter: a list, or a range from, to, step; default: the strategy's own ranges
             */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Method
             * @description How sets are chosen: grid tries all, random a sample, tpe and cmaes learn from the results
             * @default grid
             * @enum {string}
             */
            method: "grid" | "random" | "tpe" | "cmaes";
            /**
             * Objective
             * @description The metric by which sets are ranked; its better direction is known, or said by + or -
             * @default sharpe
             */
            objective: string;
            /**
             * Constraints
             * @description Bounds that a set must keep to be ranked, like trades >= 30; an empty list sets none
             * @default [
             *       "trades >= 30"
             *     ]
             */
            constraints: string[];
            /**
             * Trials
             * @description Most sets to try; a grid that is larger is sampled at random
             */
            trials?: number | null;
            /**
             * Minutes
             * @description Minutes after which no further set is tried
             */
            minutes?: number | null;
            /**
             * Seed
             * @description Start of the random choices
             * @default 0
             */
            seed: number;
            /**
             * Workers
             * @description Processes that evaluate sets; default: one for each processor
             */
            workers?: number | null;
        };
        /**
         * SearchSummary
         * @description A search without its trials.
         */
        SearchSummary: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Family
             * @description The strategy whose trials it makes
             */
            family: string;
            /** Instrument */
            instrument: string;
            /** Timeframe */
            timeframe: string;
            /** Objective */
            objective: string;
            /**
             * State
             * @description running, stopped, done or failed
             */
            state: string;
            /**
             * Planned
             * @description Sets that it tries at most; null: as many as its minutes allow
             */
            planned: number | null;
            /**
             * Counts
             * @description Sets by what became of them
             */
            counts: {
                [key: string]: number;
            };
            /** Seconds */
            seconds: number;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Ended At */
            ended_at: string | null;
            /**
             * Best
             * @description The best set so far, with its figures
             */
            best: {
                [key: string]: unknown;
            } | null;
            /** Run Id */
            run_id: string | null;
        };
        /**
         * SearchWorth
         * @description What all trials leave of the best set of a search.
         */
        SearchWorth: {
            /** Words */
            words: string;
            /** Figures */
            figures: {
                [key: string]: number | null;
            };
            /**
             * Evidence
             * @description What the session returns that the search kept say
             */
            evidence: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * SearchedValues
         * @description What a search tries for a parameter by itself: a range, or choices.
         */
        SearchedValues: {
            /**
             * Low
             * @description First value of the range; null for choices
             */
            low: number | null;
            /**
             * High
             * @description Last value of the range, included
             */
            high: number | null;
            /** Step */
            step: number | null;
            /**
             * Choices
             * @description The values, in place of a range; empty for a range
             */
            choices: (boolean | number | string)[];
        };
        /**
         * SessionComparison
         * @description Two results on the sessions that both have, by a paired block bootstrap of their session returns.
         */
        SessionComparison: {
            /**
             * Verdict
             * @description One or two sentences for a person
             */
            verdict: string;
            /**
             * Sessions
             * @description Sessions that both have
             */
            sessions: number;
            /**
             * Only First
             * @description Trade dates that only the first has; they are left out
             */
            only_first: string[];
            /** Only Second */
            only_second: string[];
            /** @description Mean return a session */
            mean: components["schemas"]["FigureDifference"];
            /** @description Sharpe ratio per session */
            sharpe: components["schemas"]["FigureDifference"];
            /** @description Compounded return */
            total: components["schemas"]["FigureDifference"];
            /**
             * First Error
             * @description Standard error of the first Sharpe ratio, per session
             */
            first_error: number | null;
            /** Second Error */
            second_error: number | null;
            /**
             * Sharpe In Words
             * @description Each Sharpe ratio with its error, a year where that is meaningful
             */
            sharpe_in_words: string[];
            /**
             * Sessions A Year
             * @description For annual figures; null if the time is too short
             */
            sessions_a_year: number | null;
            /**
             * Sessions Needed
             * @description Sessions that would tell the two apart if they stay as they are
             */
            sessions_needed: number | null;
            /**
             * Block
             * @description Mean length of a block, in sessions
             */
            block: number;
            /** Draws */
            draws: number;
            /**
             * Level
             * @description Share of draws within an interval
             */
            level: number;
        };
        /**
         * SessionCoverage
         * @description Minutes of one contract's session by class.
         */
        SessionCoverage: {
            /** Contract */
            contract: string;
            /**
             * Trade Date
             * Format: date
             */
            trade_date: string;
            /**
             * Open
             * @description Open of the session, UTC; null if the calendar no longer has it
             */
            open: string | null;
            /**
             * Close
             * @description Close of the session, UTC
             */
            close: string | null;
            /**
             * Intervals
             * @description Trading intervals [start, end), UTC; several if a holiday closes the market in between
             */
            intervals: [
                string,
                string
            ][];
            /**
             * Expected
             * @description Minutes in which the contract can trade; the sum of the classes
             */
            expected: number;
            /**
             * Missing
             * @description Minutes about which nothing is known
             */
            missing: number;
            /**
             * Classes
             * @description Minutes by class: traded, quarantined, no_trade, closed, halt, failed, never_asked; classes without minutes are left out
             */
            classes: {
                [key: string]: number;
            };
        };
        /**
         * SessionEquity
         * @description The equity at the close of each session.
         */
        SessionEquity: {
            /** Trade Date */
            trade_date: string[];
            /**
             * Equity
             * @description Money
             */
            equity: number[];
        };
        /**
         * Side
         * @description The source that a verdict is about, where it can be told.
         * @enum {string}
         */
        Side: "" | "first" | "second";
        /**
         * SortOrder
         * @description Order of the bars by time.
         * @enum {string}
         */
        SortOrder: "asc" | "desc";
        /**
         * SourceDifferences
         * @description Differences between sources of an instrument, by contract, sources and trade date.
         */
        SourceDifferences: {
            /** Symbol */
            symbol: string;
            /** Runs */
            runs: components["schemas"]["ComparedRun"][];
            /** Sessions */
            sessions: components["schemas"]["ComparedSession"][];
        };
        /**
         * SourceOfContract
         * @description The bars of a contract that one source has.
         */
        SourceOfContract: {
            /** Contract */
            contract: string;
            /**
             * Source
             * @description ib for the gateway, else the name that an import was given
             */
            source: string;
            /**
             * First
             * Format: date-time
             * @description Start of the first bar, UTC
             */
            first: string;
            /**
             * Last
             * Format: date-time
             * @description Start of the last bar, UTC
             */
            last: string;
        };
        /**
         * SourceVerdict
         * @description The gravest finding about a session, in ascending order of gravity.
         *
         *     - `same`: all minutes, prices and volumes. `volumes`: only volumes differ.
         *     - `part`: the volume of one is a part of the other's throughout.
         *     - `minutes`: prices are the same, and one lacks minutes. `holiday`: those of a whole trading interval.
         *     - `prices`: some prices differ. `rounded`: one is on a coarser grid.
         *     - `offset`, `factor`, `scale`: one is higher by an amount, multiplied, or in another unit.
         *     - `label`, `clock`: the times of one are a minute, or more, later or earlier.
         *     - `unlike`: most bars differ. `absent`: one lacks the session.
         * @enum {string}
         */
        SourceVerdict: "same" | "volumes" | "part" | "minutes" | "holiday" | "prices" | "rounded" | "offset" | "factor" | "scale" | "label" | "clock" | "unlike" | "absent";
        /**
         * SpecFieldInfo
         * @description One field of `POST /backtests`; a bound that is null does not apply.
         */
        SpecFieldInfo: {
            /** Name */
            name: string;
            /**
             * Kind
             * @description money: an exact decimal, best sent as text; parameters: those of /strategies
             * @enum {string}
             */
            kind: "text" | "choice" | "date" | "money" | "integer" | "parameters";
            /** Description */
            description: string;
            /**
             * Required
             * @description True if the field has no default
             */
            required: boolean;
            /**
             * Default
             * @description Value if the field is left out; null: see the description
             */
            default: unknown;
            /**
             * Choices
             * @description All values of a choice
             */
            choices: string[];
            /**
             * Minimum
             * @description Smallest value, included
             */
            minimum: number | null;
            /**
             * Maximum
             * @description Largest value, included
             */
            maximum: number | null;
            /**
             * Above
             * @description Values are greater than this
             */
            above: number | null;
            /**
             * Below
             * @description Values are smaller than this
             */
            below: number | null;
        };
        /**
         * StartedImport
         * @description An import that is recorded, and the job that stores it.
         */
        StartedImport: {
            /**
             * Id
             * @description Number of the import
             */
            id: number;
            /**
             * Known
             * @description True if the same content was imported before, or was interrupted
             */
            known: boolean;
            /** @description The job; null if nothing is left to do */
            job: components["schemas"]["JobStatus"] | null;
        };
        /**
         * StartedWork
         * @description The job of a search or a study, and what it runs.
         */
        StartedWork: {
            /** Id */
            id: string;
            /**
             * Kind
             * @description extract, backtest, search, study, materialize, decide or import; run for one of another surface
             */
            kind: string;
            /** About */
            about: string;
            state: components["schemas"]["JobState"];
            /**
             * Done
             * @description Number of steps that have ended
             */
            done: number;
            /**
             * Steps
             * @description Number of all steps known so far
             */
            steps: number;
            /**
             * Message
             * @description Why it failed, else empty
             */
            message: string;
            /**
             * Runs
             * @description Ids of its runs in Dagster, oldest first
             */
            runs: string[];
            /**
             * Url
             * @description Page of the newest run in Dagster
             */
            url: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Ended At */
            ended_at: string | null;
            /**
             * Backtest
             * @description Name of the spec, if the job is a backtest
             */
            backtest: string | null;
            /**
             * Job
             * @description Name of the job in Dagster of its newest run, like update_bars; null for a selection of assets
             */
            job: string | null;
            /**
             * Surface
             * @description API, command line, schedule, sensor, or Dagster for its own pages
             */
            surface: string | null;
            /** @description Why its newest run has not begun; null if it has */
            waiting: components["schemas"]["WaitReason"] | null;
            /** @description How far it is within its step; null where that is not known */
            progress: components["schemas"]["Advance"] | null;
            /**
             * Name
             * @description Name of the spec, by which the list finds what it makes
             */
            name: string;
            /**
             * Spec
             * @description The spec with all of its fields
             */
            spec: {
                [key: string]: unknown;
            };
        };
        /**
         * StoredDates
         * @description Trade dates of the stored bars of a contract.
         */
        StoredDates: {
            /**
             * First
             * Format: date
             */
            first: string;
            /**
             * Last
             * Format: date
             */
            last: string;
        };
        /**
         * StrategyInfo
         * @description A strategy with its parameters.
         */
        StrategyInfo: {
            /** Name */
            name: string;
            /** Summary */
            summary: string;
            /** Parameters */
            parameters: components["schemas"]["StrategyParameter"][];
        };
        /**
         * StrategyParameter
         * @description A parameter of a strategy; a bound that is null does not apply.
         */
        StrategyParameter: {
            /** Name */
            name: string;
            /**
             * Type
             * @enum {string}
             */
            type: "boolean" | "integer" | "number" | "string";
            /** Default */
            default: boolean | number | string | null;
            /**
             * Minimum
             * @description Smallest value, included
             */
            minimum: number | null;
            /**
             * Maximum
             * @description Largest value, included
             */
            maximum: number | null;
            /**
             * Above
             * @description Values are greater than this
             */
            above: number | null;
            /**
             * Below
             * @description Values are smaller than this
             */
            below: number | null;
            /** Description */
            description: string;
            /** @description What a search tries by itself; null: nothing */
            search: components["schemas"]["SearchedValues"] | null;
        };
        /**
         * StudyCheckRow
         * @description The outcome of one check of a study.
         */
        StudyCheckRow: {
            /** Name */
            name: string;
            /** Passed */
            passed: boolean;
            /**
             * Words
             * @description One sentence with the figure and the bound
             */
            words: string;
            /** Figures */
            figures: {
                [key: string]: unknown;
            };
        };
        /**
         * StudyDetail
         * @description A study with its spec, what came out, its checks and the names of its tables.
         */
        StudyDetail: {
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /**
             * Name
             * @description Name of its spec
             */
            name: string;
            /**
             * State
             * @description running, stopped, done or failed
             */
            state: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Ended At */
            ended_at: string | null;
            /** Seconds */
            seconds: number;
            /** Run Id */
            run_id: string | null;
            /**
             * Figures
             * @description Key figures by label; empty before the end
             */
            figures: {
                [key: string]: unknown;
            };
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /** Data Version */
            data_version: string;
            /** Code */
            code: string;
            /**
             * Summary
             * @description What came out; null before the end
             */
            summary: {
                [key: string]: unknown;
            } | null;
            /** Checks */
            checks: components["schemas"]["StudyCheckRow"][];
            /** Tables */
            tables: components["schemas"]["StudyTable"][];
            /**
             * Report
             * @description Address of the report below /api/v1; null before the end
             */
            report: string | null;
        };
        /**
         * StudyFreshness
         * @description Whether a study would read the same now.
         */
        StudyFreshness: {
            /**
             * Stale
             * @description True: bars changed since; null: what it read can no longer be read
             */
            stale: boolean | null;
        };
        /**
         * StudyList
         * @description Studies of one kind, newest first.
         */
        StudyList: {
            /** Studies */
            studies: components["schemas"]["StudySummary"][];
            /** Total */
            total: number;
        };
        /**
         * StudyOrder
         * @description A name, and what of it is to be different.
         */
        StudyOrder: {
            /**
             * Of
             * @description Name of a spec of this kind; where the kind is about a backtest, a search or a result, the name of one of those will do
             */
            of: string;
            /**
             * Fields
             * @description Fields of the spec that replace its own
             */
            fields?: {
                [key: string]: unknown;
            };
        };
        /**
         * StudySummary
         * @description A study without its tables.
         */
        StudySummary: {
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /**
             * Name
             * @description Name of its spec
             */
            name: string;
            /**
             * State
             * @description running, stopped, done or failed
             */
            state: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Ended At */
            ended_at: string | null;
            /** Seconds */
            seconds: number;
            /** Run Id */
            run_id: string | null;
            /**
             * Figures
             * @description Key figures by label; empty before the end
             */
            figures: {
                [key: string]: unknown;
            };
        };
        /**
         * StudyTable
         * @description A table that a study has.
         */
        StudyTable: {
            /** Name */
            name: string;
            /** About */
            about: string;
            /**
             * Rows
             * @description Null where it is computed when it is read
             */
            rows?: number | null;
        };
        /**
         * TablePage
         * @description A page of a table by columns of equal length; times are UTC, null stands for what is undefined.
         */
        TablePage: {
            /**
             * Id
             * @description Of what the table belongs to
             */
            id: string;
            /** Name */
            name: string;
            /** Columns */
            columns: {
                [key: string]: unknown[];
            };
            /**
             * Next Offset
             * @description Send it as `offset` for the next page; null at the end
             */
            next_offset: number | null;
        };
        /**
         * TimeframeCoverage
         * @description Completeness of a timeframe: whether it was derived from all stored minutes.
         */
        TimeframeCoverage: {
            /** Timeframe */
            timeframe: string;
            /** Whole */
            whole: boolean;
            /**
             * Missing
             * @description Trade dates whose stored minutes are not, or not as they are now, in the timeframe
             */
            missing: string[];
        };
        /**
         * TimeframeName
         * @enum {string}
         */
        TimeframeName: "1min" | "5min" | "15min" | "30min" | "1h" | "4h" | "1d";
        /**
         * TraderEntry
         * @description A trader as it reported itself last.
         */
        TraderEntry: {
            /** Account */
            account: string;
            /**
             * State
             * @description starting, trading, waiting (no connection), stopped or failed
             */
            state: string;
            /**
             * Why
             * @description Reason of the state; often empty
             */
            why: string;
            /**
             * Up
             * @description True if it gave a sign of life within two minutes and has not stopped
             */
            up: boolean;
            /**
             * Stale
             * @description True if it should be up and is not
             */
            stale: boolean;
            /** Host */
            host: string;
            /** Pid */
            pid: number;
            /** Client Id */
            client_id: number;
            /**
             * Address
             * @description Of the gateway
             */
            address: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Heartbeat At
             * Format: date-time
             * @description Last sign of life
             */
            heartbeat_at: string;
            /**
             * Heartbeat Age
             * @description Seconds since the last sign of life
             */
            heartbeat_age: number;
            /**
             * Gateway Time
             * @description The gateway's clock at the last sign of life
             */
            gateway_time: string | null;
            /** Stopped At */
            stopped_at: string | null;
            /**
             * Specs
             * @description Names of the traded specs
             */
            specs: string[];
        };
        /**
         * TradingLog
         * @description Lines of the log, newest first.
         */
        TradingLog: {
            /** Account */
            account: string;
            /** Lines */
            lines: components["schemas"]["LogEntry"][];
            /**
             * Next Cursor
             * @description Send it as `before` for the next page; null at the end
             */
            next_cursor: number | null;
        };
        /**
         * TradingState
         * @description All accounts that were ever traded.
         */
        TradingState: {
            /**
             * At
             * Format: date-time
             * @description When this was read
             */
            at: string;
            /**
             * Halts
             * @description All halts
             */
            halts: components["schemas"]["HaltView"][];
            /** Accounts */
            accounts: components["schemas"]["AccountEntry"][];
        };
        /**
         * TrialColumns
         * @description Trials of a search by columns of equal length, in the order in which they were proposed.
         */
        TrialColumns: {
            /**
             * Id
             * @description Of the search
             */
            id: string;
            /**
             * States
             * @description What the numbers in `state` mean
             */
            states: string[];
            /**
             * Number
             * @description Place in the order in which the sets were proposed
             */
            number: number[];
            /** State */
            state: number[];
            /** Objective */
            objective: (number | null)[];
            /**
             * Parameters
             * @description Values of each parameter; null where a trial has none
             */
            parameters: {
                [key: string]: unknown[];
            };
            /**
             * Figures
             * @description The figures that were asked for; null where undefined
             */
            figures: {
                [key: string]: (number | null)[];
            };
            /**
             * Next After
             * @description Send it as `after` for the next page; null at the end
             */
            next_after: number | null;
        };
        /**
         * TrialFormat
         * @description Format of a list of trials.
         * @enum {string}
         */
        TrialFormat: "json" | "csv" | "parquet" | "arrow";
        /**
         * TrialPage
         * @description Trials of a search.
         */
        TrialPage: {
            /** Trials */
            trials: components["schemas"]["TrialRow"][];
            /**
             * Next Offset
             * @description Send it as `offset` for the next page; null at the end
             */
            next_offset: number | null;
        };
        /**
         * TrialRow
         * @description One set that a search tried.
         */
        TrialRow: {
            /**
             * Number
             * @description Place in the order in which the sets were proposed
             */
            number: number;
            /**
             * State
             * @description ranked, unmet, refused or failed
             */
            state: string;
            /**
             * Words
             * @description Why it is not ranked; empty if it is
             */
            words: string;
            /** Objective */
            objective: number | null;
            /**
             * Id
             * @description Id of its result
             */
            id: string;
            /** Parameters */
            parameters: {
                [key: string]: unknown;
            };
            /** Metrics */
            metrics: {
                [key: string]: unknown;
            };
        };
        /**
         * UnrequestedSessions
         * @description Finished sessions after the newest session that any request covered.
         */
        UnrequestedSessions: {
            /**
             * First
             * Format: date
             * @description Trade date of the first session
             */
            first: string;
            /**
             * Last
             * Format: date
             */
            last: string;
            /** Sessions */
            sessions: number;
            /**
             * Minutes
             * @description Minutes of these sessions together; no class counts them
             */
            minutes: number;
            /**
             * About
             * @description A sentence that says the same
             */
            about: string;
        };
        /**
         * WaitCode
         * @description Why a job has not begun.
         * @enum {string}
         */
        WaitCode: "queue" | "concurrency" | "gateway" | "starting" | "paused";
        /**
         * WaitReason
         * @description Why a job has not begun, or its next run has not.
         */
        WaitReason: {
            /** @description queue: all places are taken; concurrency: a pool that it uses is taken; gateway: the gateway serves another run; starting: nothing is before it; paused: nothing leaves the queue now */
            code: components["schemas"]["WaitCode"];
            /**
             * Words
             * @description The same in one sentence
             */
            words: string;
            /**
             * Ahead
             * @description Runs that go before it
             */
            ahead: number;
        };
        /**
         * WalkForwardSpec
         * @description One walk-forward analysis. The file, command line and API are built from this model.
         */
        WalkForwardSpec: {
            /**
             * Name
             * @description Name under which the analysis is kept; default: made of what the spec says
             * @default unnamed
             */
            name: string;
            /**
             * Search
             * @description The search that is run in each window: the name of a search spec, or its fields
             * @example sma_cross-ES
             */
            search?: string | {
                [key: string]: unknown;
            } | null;
            /**
             * Backtest
             * @description In place of a search: a backtest whose strategy declares search ranges, by name or by its fields
             */
            backtest?: string | {
                [key: string]: unknown;
            } | null;
            /**
             * Mode
             * @description Where trainings begin: rolling moves on with each window, anchored stays at the start
             * @default rolling
             * @enum {string}
             */
            mode: "rolling" | "anchored";
            /**
             * Train
             * @description Sessions of each training; default: three times those of a test
             */
            train?: number | null;
            /**
             * Test
             * @description Sessions of each test; default: what the number of windows leaves
             */
            test?: number | null;
            /**
             * Windows
             * @description Number of windows, the newest ones; default: 10, or all that fit
             */
            windows?: number | null;
            /**
             * Step
             * @description Sessions from one test to the next; default: those of a test
             */
            step?: number | null;
            /**
             * Purge
             * @description Sessions left out before a test; default: as long as a position is held
             */
            purge?: number | null;
            /**
             * Embargo
             * @description Further sessions left out after a test, in combinatorial splits; default: the longest look-back
             */
            embargo?: number | null;
            /**
             * Folds
             * @description Folds of combinatorial purged cross-validation; default: it is not done
             */
            folds?: number | null;
            /**
             * Test Folds
             * @description Folds of each combinatorial test
             * @default 2
             */
            test_folds: number;
            /**
             * Confirm
             * @description Run each window's choice by the reference engine too
             * @default true
             */
            confirm: boolean;
            /**
             * Least Efficiency
             * @description Share of the in-sample Sharpe ratio that must be left out of sample
             * @default 0.5
             */
            least_efficiency: number;
            /**
             * Most Overfitting
             * @description Largest probability of overfitting with which the analysis passes
             * @default 0.5
             */
            most_overfitting: number;
            /**
             * Least Traded
             * @description Least share of windows that must have traded
             * @default 0.5
             */
            least_traded: number;
            /**
             * Seed
             * @description Start of the random choices; default: that of the search
             */
            seed?: number | null;
            /**
             * Workers
             * @description Processes that evaluate sets; default: one for each processor
             */
            workers?: number | null;
        };
        /**
         * WorkProgressEntry
         * @description Extraction in progress: `done` of `total` requests are answered.
         */
        WorkProgressEntry: {
            /** Subject */
            subject: string;
            /** Done */
            done: number;
            /** Total */
            total: number;
            /**
             * Finishes At
             * Format: date-time
             * @description Estimated time of the last answer, UTC
             */
            finishes_at: string;
            /** Run Id */
            run_id: string | null;
        };
        /**
         * WorthFigure
         * @description One figure, written for readers.
         */
        WorthFigure: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /** Value */
            value: string;
            /**
             * Words
             * @description What the figure means
             */
            words: string;
        };
        /**
         * WorthReport
         * @description What the trials of the strategy leave of a result.
         */
        WorthReport: {
            /** Id */
            id: string;
            /**
             * Family
             * @description The strategy whose trials count
             */
            family: string;
            /**
             * Words
             * @description One or two sentences for a person
             */
            words: string;
            /**
             * Figures
             * @description Figures by name: Sharpe ratios are annual, probabilities fractions of one, the least track record is in sessions; null where undefined
             */
            figures: {
                [key: string]: number | null;
            };
            /**
             * Rows
             * @description The figures that are defined, written for readers
             */
            rows: components["schemas"]["WorthFigure"][];
        };
        /**
         * Problem
         * @description An error: what went wrong, and what to do about it.
         */
        Problem: {
            /**
             * Type
             * @description Always about:blank; title and error name the kind
             * @default about:blank
             */
            type: string;
            /**
             * Title
             * @description The kind in a few words
             */
            title: string;
            /**
             * Status
             * @description The HTTP status
             */
            status: number;
            /**
             * Detail
             * @description A sentence that says what to do, in the language of the request
             */
            detail: string;
            /**
             * Error
             * @description Name of the error in g4qc_core.errors, for programs
             */
            error: string;
            /**
             * Code
             * @description Name of the sentence, like usage.fast_not_below_slow, else of the error
             */
            code: string;
            /**
             * Values
             * @description Values within the sentence, by name
             */
            values: {
                [key: string]: string | number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    extract_api_v1_data_extract_post: {
        parameters: {
            query?: {
                /** @description Answer when the job has ended */
                wait?: boolean;
                /** @description Longest time to wait, in seconds */
                timeout?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExtractRequest"];
            };
        };
        responses: {
            /** @description With wait: the stored bars */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExtractResult"];
                };
            };
            /** @description The job was started; with wait: it has not ended yet */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The run failed */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bars_by_the_longer_path: {
        parameters: {
            query?: {
                /** @description Length of a bar */
                timeframe?: components["schemas"]["TimeframeName"];
                /** @description First trade date, or instant like 2026-10-05T13:30:00Z */
                start_date?: string | null;
                /** @description Last trade date, included, or instant, excluded */
                end_date?: string | null;
                /** @description Contract month; default: the front contract */
                contract?: string | null;
                /** @description Adjustment of prices at rolls */
                adjustment?: components["schemas"]["Adjustment"];
                /** @description Roll rule that joins the contracts, one that /rolls lists; default: the instrument's own */
                rule?: string | null;
                /** @description Oldest first, or newest first */
                order?: components["schemas"]["SortOrder"];
                /** @description Bars of a page; default: all bars are streamed */
                limit?: number | null;
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["BarFormat"] | null;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bars */
            200: {
                headers: {
                    /** @description next_cursor, in every format */
                    "X-Next-Cursor"?: string;
                    /** @description Number of requested sessions without bars, in every format; absent if there is none */
                    "X-Missing-Sessions"?: number;
                    /** @description A sentence that names these sessions */
                    "X-Missing-Sessions-About"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bars"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.g4qc.columns": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bars_api_v1_data__symbol__get: {
        parameters: {
            query?: {
                /** @description Length of a bar */
                timeframe?: components["schemas"]["TimeframeName"];
                /** @description First trade date, or instant like 2026-10-05T13:30:00Z */
                start_date?: string | null;
                /** @description Last trade date, included, or instant, excluded */
                end_date?: string | null;
                /** @description Contract month; default: the front contract */
                contract?: string | null;
                /** @description Adjustment of prices at rolls */
                adjustment?: components["schemas"]["Adjustment"];
                /** @description Roll rule that joins the contracts, one that /rolls lists; default: the instrument's own */
                rule?: string | null;
                /** @description Oldest first, or newest first */
                order?: components["schemas"]["SortOrder"];
                /** @description Bars of a page; default: all bars are streamed */
                limit?: number | null;
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["BarFormat"] | null;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bars */
            200: {
                headers: {
                    /** @description next_cursor, in every format */
                    "X-Next-Cursor"?: string;
                    /** @description Number of requested sessions without bars, in every format; absent if there is none */
                    "X-Missing-Sessions"?: number;
                    /** @description A sentence that names these sessions */
                    "X-Missing-Sessions-About"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bars"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.g4qc.columns": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    indicators_api_v1_indicators_post: {
        parameters: {
            query?: {
                /** @description First trade date, or instant like 2026-10-05T13:30:00Z */
                start?: string | null;
                /** @description Last trade date, included, or instant, excluded */
                end?: string | null;
                /** @description Most bars; the newest of the window */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BacktestSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Indicators"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    jobs_api_v1_jobs_get: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the previous page */
                before?: string | null;
                /** @description Only of this kind, or of this job in Dagster */
                kind?: string;
                /** @description Only those in this state */
                state?: components["schemas"]["JobState"] | null;
                /** @description Only those whose texts contain all of these words */
                find?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    materialize_api_v1_jobs_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaterializeRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    job_api_v1_jobs__job_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job, or of a run that belongs to no job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_api_v1_jobs__job_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job, or of a run that belongs to no job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_api_v1_jobs__job_id__log_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of a job, or of a run that belongs to no job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobLog"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_api_v1_jobs__job_id__events_get: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: string | null;
            };
            path: {
                /** @description Id of a job, or of a run that belongs to no job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changes_api_v1_events_get: {
        parameters: {
            query?: {
                /** @description Id of an event, in place of the header Last-Event-ID */
                after?: string | null;
            };
            header?: {
                "last-event-id"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    instruments_api_v1_instruments_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstrumentInfo"][];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contracts_api_v1_contracts__symbol__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContractList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rolls_api_v1_rolls__symbol__get: {
        parameters: {
            query?: {
                /** @description Roll rule; default: the instrument's own */
                rule?: string | null;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RollList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview_api_v1_coverage_get: {
        parameters: {
            query?: {
                /** @description First trade date; default: the earliest stored */
                first?: string | null;
                /** @description Last trade date, included */
                last?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageOverview"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    coverage_api_v1_coverage__symbol__get: {
        parameters: {
            query?: {
                /** @description First trade date; default: the earliest stored */
                first?: string | null;
                /** @description Last trade date, included */
                last?: string | null;
                contract?: string | null;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coverage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gaps_api_v1_gaps__symbol__get: {
        parameters: {
            query: {
                /** @description First trade date */
                first: string;
                /** @description Last trade date, included */
                last: string;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MinuteGaps"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requests_api_v1_requests_get: {
        parameters: {
            query?: {
                symbol?: string | null;
                contract?: string | null;
                outcome?: components["schemas"]["Outcome"] | null;
                limit?: number;
                /** @description next_cursor of the previous page */
                before?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    differences_api_v1_differences__symbol__get: {
        parameters: {
            query?: {
                /** @description First trade date */
                first?: string | null;
                /** @description Last trade date, included */
                last?: string | null;
                /** @description Contract month; default: all */
                contract?: string | null;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceDifferences"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sources_api_v1_sources__symbol__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstrumentSources"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    imports_api_v1_imports_get: {
        parameters: {
            query?: {
                /** @description Largest number of imports */
                limit?: number;
                /** @description Only imports with smaller numbers, for the next page */
                before?: number | null;
                /** @description Only imports under this source */
                source?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bring_api_v1_imports_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportAsked"];
            };
        };
        responses: {
            /** @description The same content is stored and validated: nothing to do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedImport"];
                };
            };
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedImport"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    one_import_api_v1_imports__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of an import */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quarantine_api_v1_quarantine_get: {
        parameters: {
            query?: {
                symbol?: string | null;
                /** @description Contract months */
                contract?: string[] | null;
                reason?: components["schemas"]["Reason"][] | null;
                /** @description Trade dates */
                session?: string[] | null;
                /** @description First trade date */
                first?: string | null;
                /** @description Last trade date, included */
                last?: string | null;
                /** @description Start of the first bar; without a zone, UTC */
                start?: string | null;
                /** @description Start of the last bar, included */
                end?: string | null;
                /** @description Include bars with a decision */
                decided?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantineList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_api_v1_quarantine_decisions_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuarantineDecision"];
            };
        };
        responses: {
            /** @description With dry_run: what would be decided */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPreview"];
                };
            };
            /** @description The decision is recorded, and the job was started */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    strategies_api_v1_strategies_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyInfo"][];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fields_api_v1_backtests_fields_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpecFieldInfo"][];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleted_api_v1_backtests_deleted_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backtest_api_v1_backtests__backtest_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_v1_backtests__backtest_id__delete: {
        parameters: {
            query?: {
                /** @description `created_at` as you read it: 409 if the result was made again since */
                made_at?: string | null;
            };
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRecord"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    label_api_v1_backtests__backtest_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelsRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backtests_api_v1_backtests_get: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
                /** @description Name of a spec */
                name?: string | null;
                strategy?: string | null;
                instrument?: string | null;
                /** @description Tag; repeat it for results with several */
                tag?: string[];
                /** @description Made before this instant; UTC without a zone */
                made_before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_api_v1_backtests_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BacktestSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_chosen_api_v1_backtests_delete: {
        parameters: {
            query?: {
                /** @description Id of a result; repeat it */
                id?: string[];
                /** @description `created_at` of each id as you read it, in the order of the ids */
                made_at?: string[];
                /** @description Name of a spec */
                name?: string | null;
                strategy?: string | null;
                instrument?: string | null;
                /** @description Tag; repeat it for results with several */
                tag?: string[];
                /** @description Made before this instant; UTC without a zone */
                made_before?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_api_v1_backtests_compare_get: {
        parameters: {
            query?: {
                /** @description Id of a result; repeat it */
                ids?: string[];
                /** @description Id of a result; with the other one, whether the two differ is computed */
                a?: string | null;
                /** @description Id of a result; with the other one, whether the two differ is computed */
                b?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestComparison"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics_api_v1_backtests_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tables_api_v1_backtests__backtest_id__tables_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultTables"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    table_api_v1_backtests__backtest_id__tables__name__get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
                /** @description Name of one of its tables */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    figures_api_v1_backtests__backtest_id__figures_get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    trades_api_v1_backtests__backtest_id__trades_get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ColumnTable"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    equity_api_v1_backtests__backtest_id__equity_get: {
        parameters: {
            query?: {
                /** @description Most points of the JSON, evenly spaced */
                points?: number;
                /** @description A row for each bar, or for each session */
                by?: "bar" | "session";
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ColumnTable"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_api_v1_backtests__backtest_id__report_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, sandboxed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    months_api_v1_backtests__backtest_id__months_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonthlyReturns"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    worth_api_v1_backtests__backtest_id__worth_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a result */
                backtest_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorthReport"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Deleted */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explore_api_v1_explore_post: {
        parameters: {
            query?: {
                /** @description Most trades in the answer */
                trades?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BacktestSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExploreAnswer"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keep_api_v1_explore_keep_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BacktestSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatus"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_api_v1_searches_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchPlanAnswer"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    searches_api_v1_searches_get: {
        parameters: {
            query?: {
                /** @description Only of this strategy */
                strategy?: string | null;
                /** @description Only of this name */
                name?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_api_v1_searches_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_api_v1_searches__search_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    trials_api_v1_searches__search_id__trials_get: {
        parameters: {
            query?: {
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
                /** @description The best first, only ranked ones; otherwise all, as proposed */
                ranked?: boolean;
                limit?: number;
                /** @description Trials to leave out */
                offset?: number;
                /** @description json in pages, or a file with a column each */
                format?: components["schemas"]["TrialFormat"];
            };
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialPage"];
                    "text/csv; charset=utf-8": unknown;
                    "application/vnd.apache.parquet": unknown;
                    "application/vnd.apache.arrow.stream": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    columns_api_v1_searches__search_id__columns_get: {
        parameters: {
            query?: {
                /** @description Figure to return; repeat it for several */
                figure?: string[];
                /** @description Trials after this number */
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialColumns"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    table_api_v1_searches__search_id__tables__name__get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
                /** @description Name of one of its tables */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_api_v1_searches__search_id__report_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, sandboxed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    surface_api_v1_searches__search_id__surface_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    worth_api_v1_searches__search_id__worth_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a search */
                search_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchWorth"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revisions_api_v1_revisions__symbol__get: {
        parameters: {
            query?: {
                /** @description First trade date */
                first?: string | null;
                /** @description Last trade date, included */
                last?: string | null;
                /** @description Bars at most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Symbol of an instrument, like ES */
                symbol: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Restatements"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pacing_api_v1_pacing_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PacingState"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    partitions_api_v1_partitions_get: {
        parameters: {
            query?: {
                /** @description Only unused keys */
                unused?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartitionKeys"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_api_v1_partitions__kind__delete: {
        parameters: {
            query?: {
                /** @description A key; repeat it */
                key?: string[];
                /** @description All unused keys of this kind, instead of named keys */
                unused?: boolean;
            };
            header?: never;
            path: {
                kind: components["schemas"]["KeyKind"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartitionKeys"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    summary_api_v1_trading_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TradingState"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    positions_api_v1_trading_positions_get: {
        parameters: {
            query?: {
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    orders_api_v1_trading_orders_get: {
        parameters: {
            query?: {
                /** @description Only orders that have not ended */
                open?: boolean;
                limit?: number;
                /** @description next_cursor of the previous page */
                before?: string | null;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    order_api_v1_trading_orders__ref__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Reference of an order */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fills_api_v1_trading_fills_get: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the previous page */
                before?: string | null;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FillPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions_api_v1_trading_decisions_get: {
        parameters: {
            query?: {
                /** @description Name of a traded spec; default: all */
                spec?: string | null;
                limit?: number;
                /** @description next_cursor of the previous page */
                before?: string | null;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPage"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    locks_api_v1_trading_locks_get: {
        parameters: {
            query?: {
                /** @description Also those that ended, newest first */
                resolved?: boolean;
                limit?: number;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LockList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconciliations_api_v1_trading_reconciliations_get: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_api_v1_trading_log_get: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Only lines with a higher id */
                after?: number;
                /** @description next_cursor of the previous page */
                before?: number | null;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TradingLog"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drifts_api_v1_trading_drifts_get: {
        parameters: {
            query?: {
                /** @description Name of a traded spec; default: all */
                spec?: string | null;
                limit?: number;
                /** @description Default: the account that is traded */
                account?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    command_api_v1_trading_commands__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandEntry"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    halt_api_v1_trading_halt_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HaltRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HaltView"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_api_v1_trading_release_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasedHalts"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    flatten_api_v1_trading_flatten_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlattenRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandEntry"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolve_api_v1_trading_resolve_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResolveRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandEntry"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_api_v1_session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_api_v1_session_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out_api_v1_session_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_api_v1_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database is down */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    metrics_api_v1_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    studies_api_v1_walk_forwards_get: {
        parameters: {
            query?: {
                /** @description Only of this name */
                name?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_api_v1_walk_forwards_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalkForwardSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    named_api_v1_walk_forwards_named_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedStudies"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_of_api_v1_walk_forwards_named_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StudyOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_api_v1_walk_forwards_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalkForwardSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedStudy"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    freshness_api_v1_walk_forwards__study_id__freshness_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyFreshness"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    study_api_v1_walk_forwards__study_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    table_api_v1_walk_forwards__study_id__tables__name__get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
                /** @description Name of one of its tables */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_api_v1_walk_forwards__study_id__report_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, sandboxed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    studies_api_v1_monte_carlos_get: {
        parameters: {
            query?: {
                /** @description Only of this name */
                name?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_api_v1_monte_carlos_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonteCarloSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    named_api_v1_monte_carlos_named_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedStudies"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_of_api_v1_monte_carlos_named_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StudyOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_api_v1_monte_carlos_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonteCarloSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedStudy"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    freshness_api_v1_monte_carlos__study_id__freshness_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyFreshness"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    study_api_v1_monte_carlos__study_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    table_api_v1_monte_carlos__study_id__tables__name__get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
                /** @description Name of one of its tables */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_api_v1_monte_carlos__study_id__report_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, sandboxed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    studies_api_v1_portfolios_get: {
        parameters: {
            query?: {
                /** @description Only of this name */
                name?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyList"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_api_v1_portfolios_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortfolioSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    named_api_v1_portfolios_named_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedStudies"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_of_api_v1_portfolios_named_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StudyOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedWork"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_api_v1_portfolios_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortfolioSpec"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedStudy"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    freshness_api_v1_portfolios__study_id__freshness_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyFreshness"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    study_api_v1_portfolios__study_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StudyDetail"];
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    table_api_v1_portfolios__study_id__tables__name__get: {
        parameters: {
            query?: {
                /** @description Format; takes precedence over the header Accept */
                format?: components["schemas"]["Format"] | null;
                /** @description Most rows; default: 1,000 of JSON, and all of a file */
                limit?: number | null;
                /** @description Rows to leave out */
                offset?: number;
                /** @description With a name for the file, so that a browser saves it */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
                /** @description Name of one of its tables */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePage"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_api_v1_portfolios__study_id__report_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a study */
                study_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, sandboxed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description Key required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not understood */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
