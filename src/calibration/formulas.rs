//! How many traces the classic programs have, by formulas that know nothing of any search.
//!
//! A trace is a class of executions that differ only in the order of independent steps. It is
//! determined by the order of the writes of each object, and by where among them each read falls.
//! Every formula is `None` where its value has more than 64 bits.

/// N!: the orders of N things.
pub(super) fn factorial(n: u64) -> Option<u64> {
    (1..=n).try_fold(1_u64, u64::checked_mul)
}

/// C(n, k): the ways to choose k of n things.
fn binomial(n: u64, k: u64) -> Option<u64> {
    let k = n.checked_sub(k).map_or(k, |rest| rest.min(k));
    // Each product is one of consecutive numbers, and so can be divided.
    (0..k).try_fold(1_u64, |product, i| {
        Some(product.checked_mul(n - i)? / (i + 1))
    })
}

fn power(base: u64, exponent: u64) -> Option<u64> {
    base.checked_pow(u32::try_from(exponent).ok()?)
}

/// (NK)! / (K!)^N: sections on one lock exclude each other, so a trace is an order of all sections
/// that keeps those of each thread in theirs: an interleaving of N words of length K. The places of
/// the last thread's word among the first are chosen, then those of the one before it, and so on.
pub(super) fn sections(n: u64, k: u64) -> Option<u64> {
    (1..=n).try_fold(1_u64, |product, words| {
        product.checked_mul(binomial(words * k, k)?)
    })
}

/// (N!)^2: two independent components, each with N! traces. Also the number of N unlocked
/// increments: N! orders of the stores, and the p-th to store may have loaded in any of the p
/// intervals before its own store, which makes N! again.
pub(super) fn factorial_squared(n: u64) -> Option<u64> {
    power(factorial(n)?, 2)
}

/// 2^N: each of N loads falls before or after the one store.
pub(super) fn subsets(n: u64) -> Option<u64> {
    power(2, n)
}

/// 2^N − 2: forks are the edges of a cycle of N philosophers, and who takes a fork first directs
/// its edge. Of the 2^N ways to do so, two go round in a circle. If all take the left fork first,
/// one of these two is the execution in which everybody holds one fork and nobody can go on; if one
/// takes the right one first, nobody can come to either.
pub(super) fn acyclic_orientations(n: u64) -> Option<u64> {
    subsets(n)?.checked_sub(2)
}

/// (N+3)·2^(N−2): the reader stops at some `a[k]`. For k = N, and for k = 0, each of the N−1 pairs
/// of neighbours among the writers can be in either order: 2^(N−1). For each k between, one of them
/// is forced: 2^(N−2). Together 2·2^(N−1) + (N−1)·2^(N−2).
pub(super) fn last_zero(n: u64) -> Option<u64> {
    match n {
        0 => None,
        // One writer, one reader: the load of a[1] falls before or after the store.
        1 => Some(2),
        n => (n + 3).checked_mul(power(2, n - 2)?),
    }
}

/// T(N,K) = Σ (s = 1 … N) N!/(N−s)! · Π (p = 1 … s) C(p+K−2, K−1) · C(s+K−1, K)^(N−s): s threads
/// succeed, in some order. Each success opens a window in which others fail, and failures commute.
/// The p-th to succeed has failed fewer than K times before, in the p−1 windows that were open by
/// then: C(p+K−2, K−1) ways. Each of the others fails K times in s windows: C(s+K−1, K) ways.
pub(super) fn tries(n: u64, k: u64) -> Option<u64> {
    (1..=n).try_fold(0_u64, |sum, s| {
        let orders = factorial(n)? / factorial(n - s)?;
        let winners = (1..=s).try_fold(1_u64, |product, p| {
            product.checked_mul(binomial(p + k - 2, k - 1)?)
        })?;
        let losers = power(binomial(s + k - 1, k)?, n - s)?;
        sum.checked_add(orders.checked_mul(winners)?.checked_mul(losers)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(formula: impl Fn(u64) -> Option<u64>, sizes: &[u64]) -> Vec<u64> {
        sizes.iter().map(|&n| formula(n).unwrap()).collect()
    }

    /// The numbers that brute force and two verifiers of other people's agree on.
    #[test]
    fn the_formulas_give_the_numbers_that_are_known() {
        assert_eq!(
            values(factorial, &[2, 3, 4, 5, 8, 9]),
            [2, 6, 24, 120, 40_320, 362_880]
        );
        let known = [
            (2, 2, 6),
            (2, 3, 20),
            (3, 2, 90),
            (2, 5, 252),
            (3, 3, 1_680),
            (4, 2, 2_520),
            (4, 3, 369_600),
        ];
        for (n, k, traces) in known {
            assert_eq!(sections(n, k), Some(traces), "({n},{k})");
        }
        // Small, though not all that is multiplied on a longer way to it.
        assert_eq!((binomial(65, 65), binomial(70, 69)), (Some(1), Some(70)));
        assert_eq!(sections(1, 65), Some(1));
        assert_eq!(
            values(factorial_squared, &[2, 3, 4, 5]),
            [4, 36, 576, 14_400]
        );
        assert_eq!(values(subsets, &[8, 15]), [256, 32_768]);
        let orientations = [6, 14, 30, 62, 4_094, 65_534];
        assert_eq!(
            values(acyclic_orientations, &[3, 4, 5, 6, 12, 16]),
            orientations
        );
        assert_eq!(
            values(last_zero, &[2, 3, 4, 5, 6, 10, 12, 15]),
            [5, 12, 28, 64, 144, 3_328, 15_360, 147_456]
        );
        let known = [
            (2, 1, 4),
            (3, 1, 21),
            (3, 2, 75),
            (3, 3, 183),
            (4, 1, 148),
            (4, 2, 1_660),
            (4, 3, 9_220),
            (5, 3, 867_845),
        ];
        for (n, k, traces) in known {
            assert_eq!(tries(n, k), Some(traces), "({n},{k})");
        }
    }

    #[test]
    fn what_has_more_than_64_bits_is_none() {
        assert_eq!(factorial(21), None);
        assert_eq!(sections(40, 40), None);
        assert_eq!(subsets(64), None);
        assert_eq!(tries(60, 9), None);
    }
}
