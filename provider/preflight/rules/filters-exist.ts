import { pass, ruleOnGuest, skipped } from "../rule";

/** libvirt on the target has the network filters of the guest's interfaces. */
export const filtersExist = ruleOnGuest(
  "filters-exist",
  "KVM-669",
  ({ references }, { guest, source, target }) => {
    const { filters } = references;
    if (filters.length === 0) return pass(`${guest} has no filter`);
    const there = target.filters;
    if (there === undefined) return skipped(`libvirt on ${target.host} lists no filters`);
    const missing = filters.filter((name) => !there.has(name));
    const [first] = missing;
    if (first === undefined) return pass(filters.join(", "));
    return {
      host: target.host,
      expected: `the network filters of ${guest} in libvirt on ${target.host}`,
      found: `no ${missing.join(", ")} in virsh nwfilter-list`,
      fix: `on ${source.host}: virsh nwfilter-dumpxml ${first} > filter.xml; on ${target.host}: virsh nwfilter-define filter.xml`,
    };
  },
);
