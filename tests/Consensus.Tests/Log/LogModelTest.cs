using FsCheck.Xunit;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Log;

/// <summary>
/// Random histories of a log, with power losses at any step that keep any subset of what wasn't synced, against a twin in memory.
/// </summary>
public sealed class LogModelTest
{
    private const int SegmentBytes = 12 * 1024;

    [Property(MaxTest = 400)]
    public void Nothing_synced_is_lost_and_nothing_cut_returns(int seed)
    {
        var history = new History(seed);
        for (int step = 0; step < 60; step++)
        {
            history.Step();
        }
    }

    /// <summary>One history; a seed replays it.</summary>
    private sealed class History
    {
        private readonly SimulatedDisk _disk = new();
        private readonly Random _random;
        private readonly int _seed;
        private LogStore _log;
        private EntryPosition _boundary;
        private List<LogRecord> _entries = [];
        private long _durable;
        private long _term = 1;

        public History(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _log = Open();
        }

        private long Last => _boundary.Index + _entries.Count;

        public void Step()
        {
            bool crashes = _random.Next(6) == 0;
            _disk.StepsToCrash = crashes ? _random.Next(15) : int.MaxValue;
            EntryPosition oldBoundary = _boundary;
            List<LogRecord> old = [.. _entries];
            long oldDurable = _durable;
            Action<bool> apply = Choose(out Action run);
            bool done = Finishes(run);
            if (done)
            {
                apply(true);
            }

            if (!done || crashes)
            {
                long mustHold = done ? _durable : 0;
                if (!done)
                {
                    apply(false);
                }

                Crash(done, oldBoundary, old, oldDurable, mustHold);
            }

            _disk.StepsToCrash = int.MaxValue;
            Compare();
        }

        /// <summary>Chooses what to do, and what the twin makes of it.</summary>
        private Action<bool> Choose(out Action run)
        {
            switch (_random.Next(12))
            {
                case < 5:
                    _term += _random.Next(10) == 0 ? 1 : 0;
                    LogRecord[] records = Logs.Records(Last + 1, 1 + _random.Next(6), _term, _random.Next(900));
                    run = () => _log.Append(records, 0);
                    return _ =>
                    {
                        _entries.AddRange(records);
                        _durable = Math.Max(_durable, Math.Min(_log.LastDurableIndex, Last));
                    };
                case < 8:
                    run = _log.Sync;
                    return done => _durable = done ? Last : _durable;
                case < 10 when _entries.Count > 0:
                    long from = _boundary.Index + 1 + _random.Next(_entries.Count);
                    run = () => _log.TruncateSuffix(from);
                    return done =>
                    {
                        if (done)
                        {
                            _entries.RemoveRange((int)(from - _boundary.Index - 1), (int)(Last - from + 1));
                            _durable = Last;
                        }
                        else
                        {
                            _durable = Math.Min(_durable, from - 1);
                        }
                    };
                case 10:
                    long through = _boundary.Index + _random.Next(_entries.Count + 1);
                    run = () => _log.DropPrefix(through);
                    return done =>
                    {
                        if (done)
                        {
                            Assert.True(_log.Boundary.Index <= Math.Max(through, _boundary.Index));
                            Drop(_log.Boundary);
                        }
                    };
                case 11 when _random.Next(4) == 0:
                    var boundary = new EntryPosition(Last + _random.Next(100), _term);
                    run = () => _log.Reset(boundary);
                    return done =>
                    {
                        if (done)
                        {
                            (_boundary, _entries, _durable) = (boundary, [], boundary.Index);
                        }
                        else
                        {
                            _reset = boundary;
                        }
                    };
                default:
                    run = () => _log = Open();
                    return _ => _durable = Last;
            }
        }

        private EntryPosition? _reset;

        private void Crash(bool done, EntryPosition oldBoundary, List<LogRecord> old, long oldDurable, long mustHold)
        {
            _disk.Crash(() => _random.Next(2) == 0, most => _random.Next(most + 1));
            _log = Open();
            if (_reset is { } reset && _log.Boundary == reset && (_log.LastIndex == reset.Index))
            {
                (_boundary, _entries, _durable, _reset) = (reset, [], reset.Index, null);
                return;
            }

            _reset = null;
            if (!done && _log.Boundary.Index > oldBoundary.Index && _log.Boundary.Index <= Last)
            {
                Drop(_log.Boundary);
            }

            Assert.True(
                _log.LastIndex >= Math.Max(mustHold, Math.Min(_durable, oldDurable)) && _log.LastIndex <= Last,
                $"seed {_seed}: entries to {_log.LastIndex} are there, {_durable} were durable, {Last} written");
            _entries.RemoveRange((int)(_log.LastIndex - _boundary.Index), (int)(Last - _log.LastIndex));
            _durable = Last;
            Assert.True(old.Count >= 0);
        }

        private void Drop(EntryPosition boundary)
        {
            _entries.RemoveRange(0, (int)(boundary.Index - _boundary.Index));
            _boundary = boundary;
        }

        private void Compare()
        {
            Assert.True(
                _log.Boundary == _boundary && _log.LastIndex == Last,
                $"seed {_seed}: {_log.Boundary} to {_log.LastIndex}, not {_boundary} to {Last}");
            Assert.Equal(_boundary.Term, _log.TermAt(_boundary.Index));
            Assert.True(_log.LastDurableIndex <= Last);
            Logs.AssertSame(_entries, _log.ReadAll());
            if (_entries.Count > 0)
            {
                LogRecord one = _entries[_random.Next(_entries.Count)];
                Assert.Equal(one.Term, _log.TermAt(one.Index));
            }
        }

        private LogStore Open() =>
            Logs.Open("/d/log", Logs.Options(_disk, SegmentBytes) with { CacheBytes = _random.Next(20_000), MaxRoundBytes = 2000 });

        private static bool Finishes(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (PowerLossException)
            {
                return false;
            }
        }
    }
}
