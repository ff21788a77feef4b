import { describe, expect, test } from "vitest";
import {
  isOutgoing,
  parseCompletedEvent,
  parseCompletedJob,
  parseJobSample,
} from "../../../../provider/host/job-text";

const running = `Job type:         Unbounded   
Operation:        Outgoing migration
Time elapsed:     4513         ms
Data processed:   48.625 MiB
Data remaining:   51.203 MiB
Data total:       136.016 MiB
Memory processed: 48.625 MiB
Memory remaining: 51.203 MiB
Memory total:     136.016 MiB
Memory bandwidth: 12.310 MiB/s
Dirty rate:       794          pages/s
Page size:        4096         bytes
Iteration:        2            
Postcopy requests: 0            
Constant pages:   9147         
Normal pages:     12411        
Normal data:      48.480 MiB
Expected downtime: 1250         ms
Setup time:       35           ms
`;
const none = "Job type:         None        \n";

describe("one answer of domjobinfo", () => {
  test("is read with its units", () => {
    const sample = parseJobSample(running);
    expect(sample).toMatchObject({
      elapsedMs: 4513,
      totalMiB: 136.016,
      processedMiB: 48.625,
      remainingMiB: 51.203,
      bandwidthMiBps: 12.31,
      iteration: 2,
      expectedDowntimeMs: 1250,
      throttlePercent: undefined,
      postCopy: false,
    });
    expect(sample?.dirtyMiBps).toBeCloseTo(3.1, 1);
  });

  test("says that pages are asked for, and how far the guest is slowed down", () => {
    const text = `${running.replace("requests: 0 ", "requests: 7 ")}Auto converge throttle: 30           %\n`;
    expect(parseJobSample(text)).toMatchObject({ postCopy: true, throttlePercent: 30 });
  });

  test.each([
    ["no job", none],
    ["nothing yet", running.replace(/^Data.*\n/gm, "")],
    ["another job", running.replace("Outgoing migration", "Dump")],
    ["a job that has ended", running.replace("Unbounded", "Completed")],
    ["nothing", ""],
  ])("is no sample: %s", (_name, text) => {
    expect(parseJobSample(text)).toBeUndefined();
  });
});

test("a job that has ended is read with its last rates", () => {
  const ended = `${running.replace("Unbounded", "Completed")}Total downtime:   397          ms\n`;
  const { direction, ...figures } = parseCompletedJob(ended) ?? {};
  expect(direction).toBe("outgoing");
  expect(figures).toMatchObject({ timeMs: 4513, downtimeMs: 397, dataMovedMiB: 48.625 });
  expect(figures).toMatchObject({ bandwidthMiBps: 12.31, dirtyMiBps: 3.102, iteration: 2 });
  expect(parseCompletedJob(running)).toBeUndefined();
});

describe("the event of a job's end", () => {
  // As the source told it of a post-copy whose figures both hosts had forgotten.
  const event = [
    "event 'job-completed' for domain 'guest':",
    ...[
      "\toperation: 5",
      "\ttime_elapsed: 4508",
      "\ttime_elapsed_net: 4472",
      "\tdowntime: 81",
      "\tdowntime_net: 45",
    ],
    ...["\tdata_total: 134750208", "\tdata_processed: 56885284", "\tdata_remaining: 0"],
    ...["\tmemory_bps: 28311552", "\tmemory_dirty_rate: 256", "\tmemory_page_size: 4096"],
    ...["\tmemory_iteration: 2", ""],
  ].join("\n");

  test("is read, also after samples", () => {
    const read = {
      direction: "outgoing",
      ...{ timeMs: 4508, downtimeMs: 81, dataMovedMiB: 54.25 },
      ...{ bandwidthMiBps: 27, dirtyMiBps: 1, iteration: 2 },
    };
    expect(parseCompletedEvent(event)).toEqual(read);
    expect(parseCompletedEvent(`virsh # ${running}\nvirsh # ${event}events received: 1\n`)).toEqual(read);
  });

  test("tells nothing where it did not come, or not whole", () => {
    expect(parseCompletedEvent(running)).toBeUndefined();
    expect(parseCompletedEvent(event.replace("\tdowntime: 81\n", ""))).toBeUndefined();
  });
});

test("a move out of a host is told from its other jobs", () => {
  const job = (type: string, operation: string) =>
    `Job type:         ${type}   \nOperation:        ${operation}\n\n`;
  const moves = [job("Unbounded", "Outgoing migration"), job("Bounded", "Outgoing migration")];
  const others = [
    "Job type:         None        \n\n",
    job("Unbounded", "Incoming migration"),
    job("Unbounded", "Dump"),
    job("Completed", "Outgoing migration"),
  ];
  expect(moves.map(isOutgoing)).toEqual([true, true]);
  expect(others.map(isOutgoing)).toEqual([false, false, false, false]);
});
