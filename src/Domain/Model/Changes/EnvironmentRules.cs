using StateServer.Domain.Commands.Model;
using StateServer.Domain.Model.View;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>The environment's settings.</summary>
internal static class EnvironmentRules
{
    private const int LongestReplaceAfterSeconds = 86_400;

    public static Rejection? Bootstrap(ModelDraft draft, EnvironmentSettings settings)
    {
        if (draft.Environment is { } known)
        {
            return ChangedSetting(known, settings) is { } changed
                ? ModelRefusal.Conflict($"cannot change {changed}")
                : ModelRefusal.Exists($"the environment {known.Name} is bootstrapped already");
        }

        if (Check(settings) is { } refused)
        {
            return refused;
        }

        draft.SetEnvironment(settings);
        draft.Tell(ModelEventKind.Bootstrapped, "environment", $"{settings.Name} was bootstrapped on {ModelWords.Of(settings.Type)}");
        return null;
    }

    public static Rejection? SetConstraints(ModelDraft draft, SetConstraintsCommand set)
    {
        if (ArgumentCheck.Constraints(set.Constraints) is { } refused)
        {
            return refused;
        }

        if (set.Service is not { } name)
        {
            draft.SetEnvironment(draft.Settings with { Constraints = set.Constraints });
            draft.Tell(ModelEventKind.ConstraintsSet, "environment", "its constraints were set");
            return null;
        }

        if (ServiceRules.Find(draft, name, out var service) is { } missing)
        {
            return missing;
        }

        draft.Services.Set(service! with { Constraints = set.Constraints });
        draft.Tell(ModelEventKind.ConstraintsSet, $"service {name}", "its constraints were set");
        MachineRules.AskAnew(draft, name);
        return null;
    }

    /// <summary>The first fixed setting that differs, as environments.yaml spells it; constraints have a command of their own.</summary>
    private static string? ChangedSetting(EnvironmentSettings known, EnvironmentSettings asked)
    {
        if (known.Name != asked.Name)
        {
            return "name";
        }

        if (known.Type != asked.Type)
        {
            return "type";
        }

        if (known.Region != asked.Region)
        {
            return "region";
        }

        if (!known.ZoneFilter.SetEquals(asked.ZoneFilter))
        {
            return "zones";
        }

        if (known.AvailabilitySetsEnabled != asked.AvailabilitySetsEnabled)
        {
            return "availability-sets-enabled";
        }

        if (known.DefaultSeries != asked.DefaultSeries)
        {
            return "default-series";
        }

        if (!known.Images.SequenceEqual(asked.Images))
        {
            return "image";
        }

        return known.ReplaceAfterSeconds != asked.ReplaceAfterSeconds ? "replace-after" : null;
    }

    private static Rejection? Check(EnvironmentSettings settings)
    {
        if (settings.Id.IsNone || !Enum.IsDefined(settings.Type))
        {
            return ModelRefusal.Invalid($"an environment needs an id other than 0 and a type, not {(int)settings.Type}");
        }

        if (settings.ReplaceAfterSeconds is < 1 or > LongestReplaceAfterSeconds)
        {
            return ModelRefusal.Invalid(
                $"replace-after is {settings.ReplaceAfterSeconds} s: use 1 to {LongestReplaceAfterSeconds}");
        }

        if (settings.Images.Count > ModelLimits.MostListItems)
        {
            return ModelRefusal.Limit($"{settings.Images.Count} images: at most {ModelLimits.MostListItems}");
        }

        foreach (var (series, image) in settings.Images)
        {
            if ((ArgumentCheck.Name(series, "series") ?? ArgumentCheck.Name(image, "image")) is { } refused)
            {
                return refused;
            }
        }

        return ArgumentCheck.Name(settings.Name, "environment name")
               ?? ArgumentCheck.Name(settings.DefaultSeries, "default-series")
               ?? (settings.Region.Length == 0 ? null : ArgumentCheck.Name(settings.Region, "region"))
               ?? ArgumentCheck.Zones(settings.ZoneFilter)
               ?? ArgumentCheck.Constraints(settings.Constraints);
    }
}
