using System.Diagnostics;

namespace StateServer.Chaos.Networks;

/// <summary>Packets that are to go out later, on a thread of its own. Thread-safe.</summary>
internal sealed class DelayLine : IDisposable
{
    /// <summary>Past this many waiting packets new ones are dropped, as a router's queue would.</summary>
    private const int Capacity = 50_000;

    private readonly object _gate = new();
    private readonly PriorityQueue<(Action<byte[]> Send, byte[] Packet), (long Due, long Number)> _waiting = new();
    private readonly Thread _thread;
    private long _number;
    private bool _stopped;

    public DelayLine()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "delay line" };
        _thread.Start();
    }

    /// <summary>Sends a packet at a time of <see cref="Stopwatch.GetTimestamp"/>; equal times keep the order of the calls.</summary>
    /// <returns>False where too many wait already: the packet is lost.</returns>
    public bool Send(Action<byte[]> send, byte[] packet, long due)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Capacity)
            {
                return false;
            }

            _waiting.Enqueue((send, packet), (due, _number++));
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (true)
        {
            (Action<byte[]> Send, byte[] Packet) next;
            lock (_gate)
            {
                if (_stopped)
                {
                    return;
                }

                if (!_waiting.TryPeek(out next, out (long Due, long Number) at))
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                long now = Stopwatch.GetTimestamp();
                if (at.Due > now)
                {
                    Monitor.Wait(_gate, TimeSpan.FromMilliseconds(Math.Ceiling(Stopwatch.GetElapsedTime(now, at.Due).TotalMilliseconds)));
                    continue;
                }

                _waiting.Dequeue();
            }

            next.Send(next.Packet);
        }
    }
}
