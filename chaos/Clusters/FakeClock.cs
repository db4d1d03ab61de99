using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A member's wall clock, moved by libfaketime; its monotonic clock is left alone.</summary>
internal static class FakeClock
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = File.Exists(Library) ? null : "libfaketime is not installed";

    /// <summary>Gives the member's next process a clock that follows <see cref="Set"/>.</summary>
    public static void Fit(MemberProcess member)
    {
        Directory.CreateDirectory(member.Folder);
        Set(member, TimeSpan.Zero);
        member.ExtraEnvironment["LD_PRELOAD"] = Library;
        member.ExtraEnvironment["FAKETIME_TIMESTAMP_FILE"] = OffsetFile(member);
        member.ExtraEnvironment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        member.ExtraEnvironment["DONT_FAKE_MONOTONIC"] = "1";
        member.ExtraEnvironment["FAKETIME_CACHE_DURATION"] = "1";
    }

    /// <summary>Moves the member's clock by an offset from the true time, within a second or two.</summary>
    public static void Set(MemberProcess member, TimeSpan offset) =>
        File.WriteAllText(OffsetFile(member), string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));

    private static string OffsetFile(MemberProcess member) => Path.Combine(member.Folder, "clock-offset");
}
